//! The text form: one text for each byte string, and one byte string for each text ([T-02]).

use proptest::prelude::*;
use sealwax::{ErrorCode, from_text, to_text};

use crate::cases;

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = to_text(&bytes);
        prop_assert!(text.starts_with("sealwax1."));
        prop_assert!(text.is_ascii());
        prop_assert_eq!(from_text(&text).unwrap(), bytes);
    }

    #[test]
    fn what_decodes_is_canonical(text in "(sealwax1\\.)?[A-Za-z0-9_=+/ -]{0,12}\\PC{0,2}") {
        match from_text(&text) {
            Ok(bytes) => prop_assert_eq!(to_text(&bytes), text),
            Err(error) if text.starts_with("sealwax1.") => {
                prop_assert_eq!(error.code(), ErrorCode::Malformed);
            }
            Err(error) => prop_assert_eq!(error.code(), ErrorCode::BadMagic),
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        prop_assert!(from_text(&text).is_err() || text.starts_with("sealwax1."));
    }
}
