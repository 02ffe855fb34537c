//! The text form, and keys as text.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use sealwax::{ErrorCode, HpkeIdentity, HpkeRecipient, LocalKek, from_text, text_len, to_text};

#[derive(Arbitrary, Debug)]
enum Input {
    Bytes(Vec<u8>),
    Encoded(String),
    Text(String),
}

fuzz_target!(|input: Input| match input {
    Input::Bytes(bytes) => {
        let text = to_text(&bytes);
        assert_eq!(text_len(bytes.len()).unwrap(), text.len());
        assert_eq!(from_text(&text).unwrap(), bytes);
        // 32 characters of text are a password or the digits of half a key, and refused.
        let kek = LocalKek::from_file_content(&bytes, "a");
        assert!(kek.is_ok() || bytes.len() != 32 || bytes.is_ascii());
    }
    Input::Encoded(encoded) => {
        let text = format!("sealwax1.{encoded}");
        match from_text(&text) {
            Ok(bytes) => assert_eq!(to_text(&bytes), text),
            Err(error) => assert_eq!(error.code(), ErrorCode::Malformed),
        }
        let _ = LocalKek::from_base64(&encoded, "a");
        let _ = LocalKek::from_hex(&encoded, &encoded);
        let text = format!("sealwaxpub1.{encoded}");
        match text.parse::<HpkeRecipient>() {
            Ok(key) => assert_eq!(key.to_string(), text),
            Err(error) => assert_eq!(error.code(), ErrorCode::InvalidArgument),
        }
        let text = format!("sealwaxsec1.{encoded}");
        match HpkeIdentity::from_text(&text) {
            Ok(key) => assert_eq!(*key.to_text(), text),
            Err(error) => assert_eq!(error.code(), ErrorCode::InvalidArgument),
        }
    }
    Input::Text(text) => {
        if !text.starts_with("sealwax1.") {
            assert_eq!(from_text(&text).unwrap_err().code(), ErrorCode::BadMagic);
        }
    }
});
