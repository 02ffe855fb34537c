//! The vectors of single functions.

use sealwax::chunked::{chunk_of, ciphertext_range, plaintext_len, sealed_len};
use sealwax::{
    DecryptHandle, EncryptionContext, Error, KeyProvider, ProviderError, Result, WrappedKeyRef,
    from_text, rewrap_header, to_text,
};
#[cfg(feature = "hpke")]
use sealwax::{HpkeIdentity, HpkeRecipient};

use crate::common::schema::{
    ContextTest, Failure, HpkeWrapTest, KeyTextTest, LengthTest, LocalWrapTest, RewrapTest,
    TextTest,
};
use crate::common::seed::{Queue, hex, unhex};

use super::{context, dek, from_base64, load, local_kek, wrapped_keys};

/// Compares an outcome with what the vector says.
fn check<T: PartialEq + std::fmt::Debug>(
    comment: &str,
    outcome: Result<T>,
    expected: Option<&T>,
    failure: Option<&Failure>,
) {
    match (outcome, failure) {
        (Ok(found), None) => assert_eq!(Some(&found), expected, "{comment}"),
        (Err(error), Some(failure)) => {
            assert_eq!(error.code().as_u16(), failure.code, "{comment}");
            assert_eq!(error.code().as_str(), failure.name, "{comment}");
        }
        (outcome, _) => panic!("{comment}: {outcome:?}"),
    }
}

/// [H-05], [H-06], [H-07].
#[test]
fn contexts() {
    for test in load::<ContextTest>("context.json") {
        let made = EncryptionContext::from_pairs(test.pairs);
        let canonical = made.map(|context| hex(context.view().as_bytes()));
        check(&test.comment, canonical, test.canonical.as_ref(), test.error.as_ref());
    }
}

/// [K-09], [K-10].
#[test]
fn local_wraps() {
    for test in load::<LocalWrapTest>("local_wrap.json") {
        let kek = local_kek(&test.kek, &test.key_id);
        let context = context(&test.context);
        let wrapped_dek = from_base64(&test.wrapped_dek);
        let wrapped =
            WrappedKeyRef { provider_id: "local", key_id: &test.key_id, wrapped_dek: &wrapped_dek };
        match (kek.unwrap(wrapped, &mut context.view().into()), &test.dek) {
            (Ok(found), Some(expected)) => assert_eq!(hex(found.expose()), *expected),
            (Err(ProviderError::Rejected | ProviderError::RejectedBecause(_)), None) => {
                assert_eq!(test.error.unwrap().name, "key_unwrap");
                continue;
            }
            (outcome, _) => panic!("{}: {outcome:?}", test.comment),
        }
        let mut rng = Queue::new(unhex(&test.salt.unwrap()));
        let made = kek.wrap_with(&dek(&test.dek.unwrap()), context.view(), &mut rng).unwrap();
        assert_eq!(made.view().wrapped_dek, wrapped_dek);
    }
}

/// [K-12], [K-13], [K-15].
#[cfg(feature = "hpke")]
#[test]
fn hpke_wraps() {
    for test in load::<HpkeWrapTest>("hpke_wrap.json") {
        let identity = HpkeIdentity::from_text(&test.secret_key).unwrap();
        let identity = identity.with_key_id(&*test.key_id).unwrap();
        let context = context(&test.context);
        let wrapped_dek = from_base64(&test.wrapped_dek);
        let wrapped =
            WrappedKeyRef { provider_id: "hpke", key_id: &test.key_id, wrapped_dek: &wrapped_dek };
        match (identity.unwrap(wrapped, &mut context.view().into()), &test.dek) {
            (Ok(found), Some(expected)) => assert_eq!(hex(found.expose()), *expected),
            (Err(ProviderError::RejectedBecause(_)), None) => {
                assert_eq!(test.error.unwrap().name, "key_unwrap");
                continue;
            }
            (outcome, _) => panic!("{}: {outcome:?}", test.comment),
        }
        let mut rng = Queue::new(unhex(&test.randomness.unwrap()));
        let recipient = identity.recipient();
        let made = recipient.wrap_with(&dek(&test.dek.unwrap()), context.view(), &mut rng).unwrap();
        assert!(rng.is_used_up());
        assert_eq!(made.view().wrapped_dek, wrapped_dek);
    }
}

/// [K-14], [K-16], [K-17].
#[cfg(feature = "hpke")]
#[test]
fn key_texts() {
    for test in load::<KeyTextTest>("key_text.json") {
        let read = || -> Result<[String; 3]> {
            let identity;
            let recipient = if test.read_as == "secret" {
                identity = HpkeIdentity::from_text(&test.text)?;
                assert_eq!(*identity.to_text(), test.text);
                identity.recipient()
            } else {
                &test.text.parse::<HpkeRecipient>()?
            };
            let kem = recipient.kem().to_string();
            Ok([kem, recipient.to_string(), recipient.key_id().to_owned()])
        };
        let expected = test.kem.zip(test.recipient).zip(test.key_id);
        let expected = expected.map(|((kem, recipient), key_id)| [kem, recipient, key_id]);
        check(&test.comment, read(), expected.as_ref(), test.error.as_ref());
    }
}

#[test]
fn text_forms() {
    for test in load::<TextTest>("text_form.json") {
        let bytes = test.bytes.as_deref().map(from_base64);
        check(&test.comment, from_text(&test.text), bytes.as_ref(), test.error.as_ref());
        if let Some(bytes) = bytes {
            assert_eq!(to_text(&bytes), test.text);
        }
    }
}

#[test]
fn lengths() {
    for test in load::<LengthTest>("lengths.json") {
        let outcome = match (test.function.as_str(), test.arguments.as_slice()) {
            ("body_len", [n]) => sealed_len(*n).map(|len| vec![len]),
            ("plaintext_len", [b]) => plaintext_len(*b).map(|len| vec![len]),
            ("chunk_of", [p]) => Ok(vec![chunk_of(*p).index, chunk_of(*p).offset as u64]),
            ("ciphertext_range", [start, end, b]) => ciphertext_range(*start..*end, *b)
                .map(|range| if range.is_empty() { vec![] } else { vec![range.start, range.end] }),
            (function, arguments) => panic!("{function}{arguments:?}"),
        };
        check(&test.comment, outcome, test.output.as_ref(), test.error.as_ref());
    }
}

#[test]
fn rewraps() {
    let rewrap = |test: &RewrapTest| -> Result<Vec<u8>, Error> {
        let handle = DecryptHandle::new(&from_base64(&test.header), dek(&test.dek))?;
        rewrap_header(&handle, &wrapped_keys(&test.wrapped_keys))
    };
    for test in load::<RewrapTest>("rewrap.json") {
        let expected = test.new_header.as_deref().map(from_base64);
        check(&test.comment, rewrap(&test), expected.as_ref(), test.error.as_ref());
    }
}
