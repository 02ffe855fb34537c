//! The cache in front of a provider.

use std::sync::Arc;
use std::time::Duration;

use sealwax::{
    CacheLimits, CachingProvider, DecryptOptions, EncryptHandle, EncryptOptions, EncryptionContext,
    Encryptor, ErrorCode, Header, KeyProvider, Padding, RewrapMode, SysRng, decrypt, encrypt,
    generate_dek,
};

use crate::kms::{Kms, Mood, TestClock};
use crate::{limits, tenant};

fn wrapped_dek(envelope: &[u8]) -> Vec<u8> {
    let (header, _) = Header::split(envelope).unwrap();
    header.wrapped_keys().next().unwrap().wrapped_dek.to_vec()
}

#[test]
fn messages_of_one_context_share_a_key_and_others_do_not() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let blue = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let again = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let green = encrypt(b"one", &[&kms], &tenant("green")).unwrap();
    assert_eq!(kms.inner().calls(), 2);
    assert_eq!(wrapped_dek(&blue), wrapped_dek(&again));
    assert_ne!(wrapped_dek(&blue), wrapped_dek(&green));
    let body_of = |envelope: &[u8]| Header::split(envelope).unwrap().1.to_vec();
    assert_ne!(body_of(&blue), body_of(&again), "each message has its own salt");
    let stats = kms.encrypt_stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (1, 2, 2));
    assert_eq!((stats.bypassed, stats.evictions), (0, 0));
}

#[test]
fn messages_without_metadata_and_padding_share_the_finished_header() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let handle = |options| kms.handle(3, &options).unwrap();
    let (blue, again) = (handle(tenant("blue")), handle(tenant("blue")));
    assert!(Arc::ptr_eq(&blue, &again));
    assert!(!Arc::ptr_eq(&blue, &handle(tenant("green"))));
    let padded = handle(tenant("blue").padding(Padding::Page));
    assert_eq!(padded.header().len(), 4096);
    let named = handle(tenant("blue").metadata(b"name"));
    for handle in [&blue, &padded, &named] {
        let envelope = handle.encrypt(b"one", b"", &mut SysRng).unwrap();
        assert_eq!(decrypt(&envelope, &[kms.inner()], &DecryptOptions::new()).unwrap(), b"one");
        assert_eq!(wrapped_dek(&envelope), wrapped_dek(blue.header()));
    }
    assert_eq!((kms.encrypt_stats().misses, kms.encrypt_stats().hits), (2, 3));
    kms.inner().set_mood(Mood::Fails);
    let refused = kms.handle(3, &tenant("red")).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ProviderFailed);
}

#[test]
fn envelopes_with_one_header_share_the_opened_one() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let (blue, again) = (kms.handle(3, &tenant("blue")), kms.handle(3, &tenant("blue")));
    let options = tenant("blue").metadata(b"name");
    let named = kms.handle(3, &options).unwrap().encrypt(b"one", b"", &mut SysRng).unwrap();
    let seal = |handle: sealwax::Result<Arc<EncryptHandle>>| {
        handle.unwrap().encrypt(b"one", b"", &mut SysRng).unwrap()
    };
    let open = |envelope: &[u8]| {
        let (header, body) = Header::split(envelope).unwrap();
        let handle = kms.decrypt_handle(header.as_bytes(), &DecryptOptions::new())?;
        assert_eq!(handle.decrypt_body(body, b"").unwrap(), b"one");
        Ok::<_, sealwax::Error>(handle)
    };
    let first = open(&seal(blue)).unwrap();
    assert!(Arc::ptr_eq(&first, &open(&seal(again)).unwrap()));
    assert!(!Arc::ptr_eq(&first, &open(&named).unwrap()), "it has metadata");
    assert_eq!((kms.decrypt_stats().misses, kms.decrypt_stats().hits), (1, 2));
    assert_eq!(kms.inner().calls(), 2, "one to make the key, one to unwrap it");

    let mut forged = first.header_bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let refused = kms.decrypt_handle(&forged, &DecryptOptions::new()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::HeaderAuthentication);
    let red = EncryptionContext::from_pairs([("tenant", "red")]).unwrap();
    let required = DecryptOptions::new().required_context(red);
    let refused = kms.decrypt_handle(first.header_bytes(), &required).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ContextMismatch);
}

#[test]
fn a_provider_that_only_wraps_is_cached_as_well() {
    let mut inner = Kms::new("a");
    inner.generates = false;
    let kms = CachingProvider::new(inner, limits()).unwrap();
    for _ in 0..3 {
        let envelope = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
        assert_eq!(decrypt(&envelope, &[kms.inner()], &DecryptOptions::new()).unwrap(), b"one");
    }
    assert_eq!(kms.encrypt_stats().misses, 1);
    assert_eq!(kms.inner().calls(), 1 + 3);
}

#[test]
fn unwrapping_is_cached_by_wrapped_key_and_context() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let blue = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let green = encrypt(b"two", &[&kms], &tenant("green")).unwrap();
    let calls = kms.inner().calls();
    for _ in 0..3 {
        assert_eq!(decrypt(&blue, &[&kms], &DecryptOptions::new()).unwrap(), b"one");
        assert_eq!(decrypt(&green, &[&kms], &DecryptOptions::new()).unwrap(), b"two");
    }
    assert_eq!(kms.inner().calls() - calls, 2);
    let stats = kms.decrypt_stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (4, 2, 2));

    // The same wrapped key under another context is another request, which the KMS refuses.
    let (header, _) = Header::split(&blue).unwrap();
    let key = header.wrapped_keys().next().unwrap();
    let (other, _) = Header::split(&green).unwrap();
    assert!(kms.unwrap(key, &mut header.context().into()).is_ok());
    assert!(kms.unwrap(key, &mut other.context().into()).is_err());
    assert_eq!(kms.inner().calls() - calls, 3);
    assert_eq!(kms.decrypt_stats().entries, 2, "a failure is not kept");
}

#[test]
fn the_age_ends_both_directions() {
    let clock = TestClock::default();
    let kms = CachingProvider::with_clock(Kms::new("a"), limits(), clock.read()).unwrap();
    let envelope = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    decrypt(&envelope, &[&kms], &DecryptOptions::new()).unwrap();
    clock.advance(59);
    encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    decrypt(&envelope, &[&kms], &DecryptOptions::new()).unwrap();
    assert_eq!(kms.inner().calls(), 2);
    clock.advance(1);
    let later = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    decrypt(&envelope, &[&kms], &DecryptOptions::new()).unwrap();
    assert_eq!(kms.inner().calls(), 4);
    assert_ne!(wrapped_dek(&envelope), wrapped_dek(&later));
    assert_eq!(kms.encrypt_stats().evictions, 1);
    assert_eq!(kms.decrypt_stats().evictions, 1);
}

#[test]
fn expired_keys_go_when_told_and_at_the_next_miss() {
    let clock = TestClock::default();
    let kms = CachingProvider::with_clock(Kms::new("a"), limits(), clock.read()).unwrap();
    encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    clock.advance(30);
    encrypt(b"one", &[&kms], &tenant("green")).unwrap();
    clock.advance(30);
    kms.remove_expired();
    assert_eq!(kms.encrypt_stats().entries, 1);
    clock.advance(30);
    encrypt(b"one", &[&kms], &tenant("red")).unwrap();
    assert_eq!(kms.encrypt_stats().entries, 1, "only red is left");
    kms.clear();
    assert_eq!((kms.encrypt_stats().entries, kms.encrypt_stats().evictions), (0, 3));
}

#[test]
fn a_key_serves_so_many_messages_and_bytes_and_no_more() {
    let few = limits().max_messages(3).max_bytes(10);
    let kms = CachingProvider::new(Kms::new("a"), few).unwrap();
    for _ in 0..7 {
        encrypt(b"", &[&kms], &tenant("messages")).unwrap();
    }
    assert_eq!(kms.inner().calls(), 3, "3 + 3 + 1 messages");
    encrypt(b"12345", &[&kms], &tenant("bytes")).unwrap();
    encrypt(b"12345", &[&kms], &tenant("bytes")).unwrap();
    assert_eq!(kms.inner().calls(), 4);
    encrypt(b"1", &[&kms], &tenant("bytes")).unwrap();
    assert_eq!(kms.inner().calls(), 5);
    assert_eq!(kms.encrypt_stats().bypassed, 0);
}

#[test]
fn what_cannot_be_counted_or_never_fits_gets_a_key_of_its_own() {
    let few = limits().max_bytes(10);
    let kms = CachingProvider::new(Kms::new("a"), few).unwrap();
    encrypt(b"12345678901", &[&kms], &tenant("blue")).unwrap();
    encrypt(b"12345678901", &[&kms], &tenant("blue")).unwrap();
    let stats = kms.encrypt_stats();
    assert_eq!((stats.bypassed, stats.hits, stats.misses, stats.entries), (2, 0, 0, 0));

    let options = tenant("blue");
    let context = Encryptor::new(&generate().0, &options, &mut SysRng).unwrap();
    let (first, _) = generate_dek(&[&kms], context.context(), &mut SysRng).unwrap();
    let (second, _) = generate_dek(&[&kms], context.context(), &mut SysRng).unwrap();
    assert_ne!(first.expose(), second.expose(), "a stream has no known length");
    assert_eq!(kms.encrypt_stats().bypassed, 4);
}

fn generate() -> (sealwax::Dek, Vec<sealwax::WrappedKey>) {
    generate_dek(&[&Kms::new("b")], sealwax::ContextRef::EMPTY, &mut SysRng).unwrap()
}

#[test]
fn the_least_recently_used_key_makes_room() {
    let two = CacheLimits::new(2, Duration::from_mins(1));
    let kms = CachingProvider::new(Kms::new("a"), two).unwrap();
    for name in ["blue", "green", "blue", "red"] {
        encrypt(b"one", &[&kms], &tenant(name)).unwrap();
    }
    let stats = kms.encrypt_stats();
    assert_eq!((stats.hits, stats.misses, stats.entries, stats.evictions), (1, 3, 2, 1));
    encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    assert_eq!(kms.encrypt_stats().hits, 2, "blue was used after green");
    encrypt(b"one", &[&kms], &tenant("green")).unwrap();
    assert_eq!(kms.encrypt_stats().misses, 4);
}

#[test]
fn a_failure_is_told_and_not_kept() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    kms.inner().set_mood(Mood::Fails);
    let error = encrypt(b"one", &[&kms], &tenant("blue")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ProviderFailed);
    assert!(error.to_string().contains("access denied"), "{error}");
    assert_eq!(kms.encrypt_stats().entries, 0);
    kms.inner().set_mood(Mood::Works);
    let envelope = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();

    kms.inner().set_mood(Mood::Rejects);
    let error = decrypt(&envelope, &[&kms], &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::KeyUnwrap);
    kms.inner().set_mood(Mood::Works);
    assert_eq!(decrypt(&envelope, &[&kms], &DecryptOptions::new()).unwrap(), b"one");
}

#[test]
fn a_rewrap_always_asks_for_a_new_wrapping() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let envelope = encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let new = CachingProvider::new(Kms::new("b"), limits()).unwrap();
    for _ in 0..2 {
        let again = sealwax::rewrap(&envelope, &[&kms], &[&new], RewrapMode::Replace).unwrap();
        assert_eq!(decrypt(&again, &[&new], &DecryptOptions::new()).unwrap(), b"one");
    }
    assert_eq!(new.inner().calls(), 2 + 2, "two wraps, two unwraps of different bytes");
    assert_eq!(kms.decrypt_stats().hits, 1);
}

#[test]
fn limits_of_zero_are_refused() {
    let zero = [
        CacheLimits::new(0, Duration::from_secs(1)),
        CacheLimits::new(1, Duration::ZERO),
        limits().max_messages(0),
        limits().max_bytes(0),
    ];
    for limits in zero {
        let error = CachingProvider::new(Kms::new("a"), limits).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
    }
}

#[test]
fn one_message_for_each_key_means_no_cache() {
    let one = limits().max_messages(1);
    let kms = CachingProvider::new(Kms::new("a"), one).unwrap();
    for _ in 0..3 {
        encrypt(b"one", &[&kms], &EncryptOptions::new()).unwrap();
    }
    let stats = kms.encrypt_stats();
    assert_eq!((stats.bypassed, stats.entries, kms.inner().calls()), (3, 0, 3));
}
