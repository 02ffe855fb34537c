//! The parser compared with the second implementation, and the encoding of parsed headers.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use sealwax::header::HeaderParts;
use sealwax::{ContextRef, Dek, ErrorCode, Header, WrappedKeyRef};
use sealwax_fuzz::envelope::Recipe;
use sealwax_fuzz::{Edit, oracle};

#[derive(Arbitrary, Debug)]
enum Input {
    /// An edited header.
    Edited { full: bool, edits: Vec<Edit> },
    /// Bytes after a valid magic and length.
    Framed(Vec<u8>),
    /// Any bytes.
    Any(Vec<u8>),
}

impl Input {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Input::Any(bytes) => bytes.clone(),
            Input::Framed(bytes) => {
                let len = u32::try_from(bytes.len() + 12).expect("short").to_be_bytes();
                [b"SEALWAX\x01".as_slice(), &len, bytes].concat()
            }
            Input::Edited { full, edits } => {
                let recipe = if *full { Recipe::full("header") } else { Recipe::new("header") };
                let mut bytes = recipe.make().header;
                edits.iter().for_each(|edit| edit.apply(&mut bytes));
                bytes
            }
        }
    }
}

fuzz_target!(|input: Input| {
    let bytes = input.bytes();
    match (Header::split(&bytes), oracle::parse(&bytes)) {
        (Ok((header, rest)), Ok(parsed)) => {
            assert_eq!(header.header_len(), parsed.header_len);
            assert_eq!(header.header_len() + rest.len(), bytes.len());
            assert_eq!(header.binding_part(), parsed.binding);
            assert_canonical(&header);
            let alone = Header::parse(&bytes).map_err(|error| error.code());
            assert_eq!(alone.err(), (!rest.is_empty()).then_some(ErrorCode::TrailingData));
        }
        (Err(error), Err(code)) => assert_eq!(error.code(), code),
        (found, _) => panic!("the second reading does not agree: {found:?}"),
    }
    // A prefix of a header never fails with a different code than the whole.
    if let Err(error) = Header::announced_len(&bytes[..bytes.len().min(12)]) {
        assert_eq!(Header::parse(&bytes).unwrap_err().code(), error.code());
    }
    let _ = ContextRef::from_canonical(&bytes);
});

/// A parsed header encodes to the same bytes except for the MAC.
fn assert_canonical(header: &Header<'_>) {
    let wrapped_keys: Vec<WrappedKeyRef<'_>> = header.wrapped_keys().collect();
    let context = header.context();
    let parts = HeaderParts {
        context,
        sealed_metadata: header.sealed_metadata(),
        wrapped_keys: &wrapped_keys,
    };
    let mut encoded = vec![0xee; header.header_len()];
    let dek = Dek::from_slice(&[7; 32]).unwrap();
    parts.encode(&dek, header.header_len(), &mut encoded).unwrap();
    let end = encoded.len() - 32;
    assert_eq!(encoded[..end], header.as_bytes()[..end]);
    assert_eq!(parts.encoded_len().unwrap() + header.padding_len(), header.header_len());
    assert_eq!(ContextRef::from_canonical(context.as_bytes()).unwrap(), context);
    assert_eq!(context.iter().count(), context.len());
}
