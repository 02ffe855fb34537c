//! Rewrapping in memory ([R-01] to ).

use sealwax::ErrorCode::{
    HeaderAuthentication, KeyUnwrap, LimitExceeded, NoMatchingKey, ProviderFailed,
};
use sealwax::{
    DecryptHandle, DecryptOptions, Header, Padding, RewrapMode, WrappedKey, decrypt, rewrap,
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
    assert_error(rewrap_header(&handle, &[]), sealwax::ErrorCode::InvalidArgument, none);
    let keys = vec![WrappedKey::new("p", "k", [1]).unwrap(); 33];
    assert_error(
        rewrap_header(&handle, &keys),
        LimitExceeded,
        "over the limit: more than 32 wrapped keys",
    );
    let keys = vec![WrappedKey::new("p", "k", vec![1; 4_096]).unwrap(); 16];
    assert_error(
        rewrap_header(&handle, &keys),
        LimitExceeded,
        "over the limit: a header larger than 65,536 bytes",
    );
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
