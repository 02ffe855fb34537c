//! Rewrapping in memory ([R-01] to ).

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealwax::ErrorCode::{
    HeaderAuthentication, InvalidArgument, KeyUnwrap, LimitExceeded, NoMatchingKey, ProviderFailed,
};
use sealwax::{
    DecryptHandle, DecryptOptions, Dek, EncryptOptions, Header, KeyProvider, LocalKek, Padding,
    ProviderCall, ProviderError, RewrapMode, WrappedKey, WrappedKeyRef, decrypt, encrypt, rewrap,
    rewrap_header,
};

use crate::assert_error;
use crate::common::envelope::{Recipe, local};
use crate::common::providers::{Answer, TestProvider};

/// binding part, body and, with room, all offsets stay.
#[test]
fn only_the_key_part_changes() {
    for padding in [Padding::None, Padding::Page, Padding::Exact(2_000)] {
        let sample = Recipe::full("rewrap").with(|r| r.padding = padding).make();
        let (old, new) = (local("a"), local("b"));
        let added = rewrap(&sample.bytes(), &[&old], &[&new], RewrapMode::Add).unwrap();
        let replaced = rewrap(&added, &[&new], &[&new], RewrapMode::Replace).unwrap();
        let options = DecryptOptions::new().associated_data(b"aad");
        for (bytes, keys) in [(&added, vec!["other", "a", "b"]), (&replaced, vec!["b"])] {
            let (header, body) = Header::split(bytes).unwrap();
            assert_eq!(body, sample.body);
            assert_eq!(
                header.body_context(b"aad"),
                Header::parse(&sample.header).unwrap().body_context(b"aad")
            );
            let ids: Vec<&str> = header.wrapped_keys().map(|key| key.key_id).collect();
            assert_eq!(ids, keys);
            assert_eq!(decrypt(bytes, &[&new], &options).unwrap(), sample.recipe.plaintext);
        }
        assert_error(
            decrypt(&replaced, &[&old], &options),
            NoMatchingKey,
            "no configured key matches a wrapped key of this envelope, which needs local b; given: local a",
        );
        if padding != Padding::None {
            assert_eq!(added.len(), sample.bytes().len());
        }
        assert_eq!(replaced.len(), added.len());
    }
}

/// nothing comes out of a header that is not authentic.
#[test]
fn a_wrong_header_is_not_rewrapped() {
    let sample = Recipe::full("wrong").make();
    let mut bytes = sample.bytes();
    bytes[sample.header.len() - 1] ^= 1;
    let (old, new) = (local("a"), local("b"));
    let mac = "header authentication failed: wrong key or modified header";
    assert_error(rewrap(&bytes, &[&old], &[&new], RewrapMode::Add), HeaderAuthentication, mac);
    let wrong = sealwax::LocalKek::from_hex(&"11".repeat(32), "a").unwrap();
    let message = "the wrapped key did not open: local a: the wrapped key was rejected: the key of this id has other key material (or the header was modified)";
    assert_error(rewrap(&sample.bytes(), &[&wrong], &[&new], RewrapMode::Add), KeyUnwrap, message);
    let down = TestProvider::new("kms", "k", Answer::Failure);
    let message = "the key provider failed: kms k: the KMS is out of reach";
    assert_error(
        rewrap(&sample.bytes(), &[&old], &[&down], RewrapMode::Add),
        ProviderFailed,
        message,
    );
}

/// one wrapped key at least must remain: and the header has its limit.
#[test]
fn limits_of_a_rewrap() {
    let sample = Recipe::full("limits").make();
    let handle = sample.handle();
    let none = "invalid argument: a header needs a wrapped key";
    assert_error(rewrap_header(&handle, &[]), InvalidArgument, none);
    let keys = vec![WrappedKey::new("p", "k", [1]).unwrap(); 33];
    assert_error(
        rewrap_header(&handle, &keys),
        LimitExceeded,
        "over the limit: more than 32 wrapped keys",
    );
    let keys = vec![WrappedKey::new("local", "k", vec![1; 4_096]).unwrap(); 16];
    assert_error(
        rewrap_header(&handle, &keys),
        LimitExceeded,
        "over the limit: a header larger than 65,536 bytes",
    );
}

/// A provider whose key is the local one of the tests, under a name that other keys have, too.
struct Kms {
    key: LocalKek,
    knows_its_key: bool,
    calls: AtomicUsize,
}

impl Kms {
    fn new(digits: &str, knows_its_key: bool) -> Self {
        let key = LocalKek::from_hex(&digits.repeat(32), "same").unwrap();
        Kms { key, knows_its_key, calls: AtomicUsize::new(0) }
    }

    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }
}

impl KeyProvider for Kms {
    fn provider_id(&self) -> &'static str {
        "kms"
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.knows_its_key.then_some(Cow::Borrowed("same"))
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let wrapped = self.key.wrap(dek, call)?;
        WrappedKey::new("kms", "same", wrapped.view().wrapped_dek).map_err(ProviderError::failed)
    }

    fn unwrap(
        &self,
        key: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.key.unwrap(key, call)
    }
}

fn key_count(envelope: &[u8]) -> usize {
    Header::split(envelope).unwrap().0.wrapped_keys().count()
}

/// [H-14]: a key that is there is not repeated.
#[test]
fn adding_a_key_twice_adds_it_once() {
    let (old, kms, silent) = (local("a"), Kms::new("11", true), Kms::new("11", false));
    let envelope = encrypt(b"x", &[&old], &EncryptOptions::new()).unwrap();
    let add = |envelope: &[u8], new: &dyn KeyProvider| {
        rewrap(envelope, &[&local("a")], &[new], RewrapMode::Add).unwrap()
    };
    assert_eq!(add(&envelope, &old), envelope);
    let both = add(&envelope, &kms);
    assert_eq!((key_count(&both), kms.calls()), (2, 1));
    assert_eq!(add(&both, &kms), both);
    assert_eq!(kms.calls(), 1, "one look at what is there");
    assert_eq!(add(&both, &silent), both);
    assert_eq!(silent.calls(), 2, "it says its key only when it wraps");
    assert_eq!(decrypt(&both, &[&kms], &DecryptOptions::new()).unwrap(), b"x");
}

/// [H-14]: another key of the same name is added where readers find it, and refused elsewhere.
#[test]
fn adding_another_key_of_the_same_name_locks_nobody_out() {
    let key = |digits: &str| LocalKek::from_hex(&digits.repeat(32), "same").unwrap();
    let (first, second) = (key("11"), key("22"));
    let envelope = encrypt(b"x", &[&first], &EncryptOptions::new()).unwrap();
    let both = rewrap(&envelope, &[&first], &[&second], RewrapMode::Add).unwrap();
    for key in [&first, &second] {
        assert_eq!(decrypt(&both, &[key], &DecryptOptions::new()).unwrap(), b"x");
    }
    let message = "invalid argument: the header has a wrapped key of this provider and key id \
                   that the new key does not open";
    for knows in [true, false] {
        let (first, second) = (Kms::new("11", knows), Kms::new("22", knows));
        let envelope = encrypt(b"x", &[&first], &EncryptOptions::new()).unwrap();
        let added = rewrap(&envelope, &[&first], &[&second], RewrapMode::Add);
        assert_error(added, InvalidArgument, message);
        let replaced = rewrap(&envelope, &[&first], &[&second], RewrapMode::Replace).unwrap();
        assert_eq!(decrypt(&replaced, &[&second], &DecryptOptions::new()).unwrap(), b"x");
    }
}

/// Nobody knows whether a key is there while its KMS is away.
#[test]
fn a_kms_that_cannot_say_whether_its_key_is_there_fails_the_rewrap() {
    let (old, there) = (local("a"), TestProvider::new("kms", "k", Answer::Bytes(vec![1; 32])));
    let envelope = encrypt(b"x", &[&old, &there], &EncryptOptions::new()).unwrap();
    let down = TestProvider::new("kms", "k", Answer::Failure);
    let message = "the key provider failed: kms k: the KMS is out of reach";
    let added = rewrap(&envelope, &[&old], &[&down], RewrapMode::Add);
    assert_error(added, ProviderFailed, message);
}

/// a detached header is the same bytes, with or without padding.
#[test]
fn attached_and_detached_are_the_same_bytes() {
    let sample = Recipe::full("detached").make();
    let options = DecryptOptions::new().associated_data(b"aad");
    let handle = DecryptHandle::open(&sample.header, &[&local("a")], &options).unwrap();
    let plaintext = handle.decrypt_body(&sample.body, b"aad").unwrap();
    assert_eq!(plaintext, decrypt(&sample.bytes(), &[&local("a")], &options).unwrap());
}
