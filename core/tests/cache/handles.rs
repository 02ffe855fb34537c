//! The caches of encoded and verified headers.

use std::sync::Arc;

use sealwax::{
    CachingDecryptor, CachingEncryptor, DecryptHandle, DecryptOptions, EncryptOptions,
    EncryptionContext, ErrorCode, Header, Padding, decrypt,
};

use crate::kms::{Kms, Mood, TestClock};
use crate::{limits, tenant};

fn header(envelope: &[u8]) -> &[u8] {
    Header::split(envelope).unwrap().0.as_bytes()
}

#[test]
fn every_provider_is_asked_once_and_any_of_them_opens() {
    let (first, second) = (Kms::new("a"), Kms::new("b"));
    let cache = CachingEncryptor::new(vec![Box::new(&first), Box::new(&second)], limits()).unwrap();
    let envelopes: Vec<_> =
        (0..5).map(|_| cache.encrypt(b"one", &tenant("blue")).unwrap()).collect();
    assert_eq!((first.calls(), second.calls()), (1, 1));
    for envelope in &envelopes {
        assert_eq!(header(envelope), header(&envelopes[0]));
        assert_eq!(decrypt(envelope, &[&second], &DecryptOptions::new()).unwrap(), b"one");
    }
    assert_ne!(envelopes[0], envelopes[1]);
    assert_eq!((cache.stats().hits, cache.stats().misses), (4, 1));
}

#[test]
fn metadata_padding_and_associated_data_are_those_of_each_message() {
    let kms = Kms::new("a");
    let cache = CachingEncryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    let plain = cache.encrypt(b"one", &tenant("blue")).unwrap();
    let named = cache.encrypt(b"two", &tenant("blue").metadata(b"name")).unwrap();
    let padded = cache.encrypt(b"three", &tenant("blue").padding(Padding::Page)).unwrap();
    let bound = cache.encrypt(b"four", &tenant("blue").associated_data(b"v1")).unwrap();
    assert_eq!(kms.calls(), 1);
    assert_eq!(header(&padded).len(), 4_096);
    assert_eq!(header(&plain), header(&bound));
    let handle = DecryptHandle::open(header(&named), &[&kms], &DecryptOptions::new()).unwrap();
    assert_eq!(handle.metadata().unwrap().unwrap().as_slice(), b"name");
    for (envelope, plaintext) in
        [(&plain, b"one".as_slice()), (&named, b"two"), (&padded, b"three")]
    {
        assert_eq!(decrypt(envelope, &[&kms], &DecryptOptions::new()).unwrap(), plaintext);
    }
    let options = DecryptOptions::new();
    assert_eq!(
        decrypt(&bound, &[&kms], &options).unwrap_err().code(),
        ErrorCode::CommitmentMismatch
    );
    assert_eq!(decrypt(&bound, &[&kms], &options.associated_data(b"v1")).unwrap(), b"four");
}

#[test]
fn contexts_never_share_and_limits_end_a_handle() {
    let (kms, clock) = (Kms::new("a"), TestClock::default());
    let cache =
        CachingEncryptor::with_clock(vec![Box::new(&kms)], limits().max_messages(2), clock.read())
            .unwrap();
    let blue = cache.handle(1, &tenant("blue")).unwrap();
    let green = cache.handle(1, &tenant("green")).unwrap();
    assert_ne!(blue.header(), green.header());
    assert!(Arc::ptr_eq(&blue, &cache.handle(1, &tenant("blue")).unwrap()));
    assert!(!Arc::ptr_eq(&blue, &cache.handle(1, &tenant("blue")).unwrap()), "the third message");
    clock.advance(60);
    assert!(!Arc::ptr_eq(&green, &cache.handle(1, &tenant("green")).unwrap()), "too old");
    assert_eq!(kms.calls(), 4);
    cache.clear();
    assert_eq!(cache.stats().entries, 0);
}

#[test]
fn nobody_to_wrap_is_refused() {
    let error = CachingEncryptor::new(Vec::new(), limits()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
}

#[test]
fn envelopes_with_one_header_are_one_call_to_open() {
    let (kms, clock) = (Kms::new("a"), TestClock::default());
    let encryptor = CachingEncryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    let decryptor =
        CachingDecryptor::with_clock(vec![Box::new(&kms)], limits(), clock.read()).unwrap();
    for plaintext in [b"one", b"two", b"six"] {
        let envelope = encryptor.encrypt(plaintext, &tenant("blue")).unwrap();
        assert_eq!(decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap(), plaintext);
    }
    assert_eq!(kms.calls(), 1 + 1);
    assert_eq!((decryptor.stats().hits, decryptor.stats().misses), (2, 1));
    let envelope = encryptor.encrypt(b"one", &tenant("blue")).unwrap();
    clock.advance(60);
    decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap();
    assert_eq!((kms.calls(), decryptor.stats().misses), (3, 2));
}

#[test]
fn a_cached_header_still_needs_the_pairs_that_the_caller_requires() {
    let kms = Kms::new("a");
    let envelope = sealwax::encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let decryptor = CachingDecryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap();
    let green = EncryptionContext::from_pairs([("tenant", "green")]).unwrap();
    let options = DecryptOptions::new().required_context(green);
    let error = decryptor.decrypt(&envelope, &options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ContextMismatch);
}

#[test]
fn a_modified_header_is_not_the_cached_one() {
    let kms = Kms::new("a");
    let mut envelope = sealwax::encrypt(b"one", &[&kms], &EncryptOptions::new()).unwrap();
    let decryptor = CachingDecryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap();
    let last = header(&envelope).len() - 1;
    envelope[last] ^= 1;
    let error = decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::HeaderAuthentication);
    assert_eq!(decryptor.stats().entries, 1);
    kms.set_mood(Mood::Fails);
    let error = decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ProviderFailed);
    let error = decryptor.handle(&envelope, &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TrailingData);
    let error = decryptor.decrypt(&envelope[..40], &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Truncated);
}
