//! Bad input of a reader: each kind has its own code and message.

use std::collections::BTreeSet;

use sealwax::ErrorCode::{
    self, Authentication, BadMagic, CommitmentMismatch, ContextMismatch, HeaderAuthentication,
    KeyUnwrap, LimitExceeded, Malformed, NoMatchingKey, TrailingData, Truncated, UnsupportedSuite,
    UnsupportedVersion,
};
use sealwax::{DecryptOptions, Decryptor, EncryptionContext, Header, decrypt, from_text};

use crate::assert_error;
use crate::common::envelope::{Recipe, local};
use crate::common::raw::{self, RawHeader};

type Change = fn(&mut RawHeader);

/// What is wrong with a header, its code and its message ([H-01] to [H-19]).
const BAD_HEADERS: &[(Change, ErrorCode, &str)] = &[
    (|h| h.magic[0] = b'P', BadMagic, "not a Sealwax envelope"),
    (|h| h.magic[7] = 2, UnsupportedVersion, "format version 2 is not supported"),
    (|h| h.suite = 0x0102, UnsupportedSuite, "cipher suite 0x0102 is not supported"),
    (
        |h| h.announced_len = Some(65_537),
        LimitExceeded,
        "over the limit: a header larger than 65,536 bytes",
    ),
    (
        |h| h.announced_len = Some(62),
        Malformed,
        "malformed envelope: the header length is too small",
    ),
    (
        |h| h.announced_len = Some(9_000),
        Truncated,
        "truncated: the input ends before the message does",
    ),
    (|h| h.context[1] = 65, LimitExceeded, "over the limit: more than 64 encryption context pairs"),
    (
        |h| h.context[2] = 0x20,
        LimitExceeded,
        "over the limit: encryption context larger than 8,192 bytes",
    ),
    (
        |h| h.context = raw::context(&[(b"a", b""), (b"a", b"")]),
        Malformed,
        "malformed envelope: encryption context keys are not in strictly ascending order",
    ),
    (
        |h| h.context = raw::context(&[(b"b", b""), (b"a", b"")]),
        Malformed,
        "malformed envelope: encryption context keys are not in strictly ascending order",
    ),
    (
        |h| h.context = raw::context(&[(b"", b"a")]),
        Malformed,
        "malformed envelope: an encryption context key is empty",
    ),
    (
        |h| h.context = raw::context(&[(b"a", b"\xff")]),
        Malformed,
        "malformed envelope: an encryption context string is not UTF-8",
    ),
    (
        |h| h.metadata_len = Some(16_473),
        LimitExceeded,
        "over the limit: metadata larger than 16,384 bytes",
    ),
    (
        |h| h.metadata_len = Some(71),
        Malformed,
        "malformed envelope: the sealed metadata is too short",
    ),
    (
        |h| h.metadata_len = Some(999),
        Malformed,
        "malformed envelope: a field runs past the end of the header",
    ),
    (|h| h.keys.clear(), Malformed, "malformed envelope: the header has no wrapped key"),
    (|h| h.key_count = Some(33), LimitExceeded, "over the limit: more than 32 wrapped keys"),
    (
        |h| h.keys = vec![raw::record(&[b'p'; 129], b"k", b"w")],
        LimitExceeded,
        "over the limit: a provider id longer than 128 bytes",
    ),
    (
        |h| h.keys = vec![raw::record(b"p", &[b'k'; 2_049], b"w")],
        LimitExceeded,
        "over the limit: a key id longer than 2,048 bytes",
    ),
    (
        |h| h.keys = vec![raw::record(b"p", b"k", &[1; 4_097])],
        LimitExceeded,
        "over the limit: a wrapped DEK longer than 4,096 bytes",
    ),
    (
        |h| h.keys = vec![raw::record(b"p", b"", b"w")],
        Malformed,
        "malformed envelope: a field that must not be empty is empty",
    ),
    (
        |h| h.keys = vec![raw::record(b"p", b"\xff", b"w")],
        Malformed,
        "malformed envelope: a provider id or key id is not UTF-8",
    ),
    (
        |h| h.padding = vec![0, 1, 0],
        Malformed,
        "malformed envelope: the header's padding is not zero",
    ),
];

#[test]
fn every_bad_header_has_a_clear_error() {
    let mut messages = BTreeSet::new();
    for (change, code, message) in BAD_HEADERS {
        let context = raw::context(&[(b"tenant", b"acme")]);
        let mut header = RawHeader::new(context, vec![raw::record(b"local", b"a", &[1; 104])]);
        assert!(Header::parse(&header.encode(&[7; 32])).is_ok());
        change(&mut header);
        let bytes = header.encode(&[7; 32]);
        assert_error(Header::parse(&bytes), *code, message);
        assert_error(Header::split(&bytes), *code, message);
        messages.insert(*message);
    }
    // Only a repeated key and a wrong order share theirs.
    assert_eq!(messages.len() + 1, BAD_HEADERS.len());
}

/// a header alone ends where it ends; [T-03], [T-04]: so does its text form.
#[test]
fn bytes_after_a_detached_header() {
    let sample = Recipe::full("trailing").make();
    let message = "bytes follow the end of the data";
    let bytes = [sample.header.as_slice(), &[0]].concat();
    assert_error(Header::parse(&bytes), TrailingData, message);
    assert_error(Decryptor::with_header(&bytes, &DecryptOptions::new()), TrailingData, message);
    let decoded = from_text(&sealwax::to_text(&bytes)).unwrap();
    assert_error(Header::parse(&decoded), TrailingData, message);
    assert_error(
        Header::parse(&from_text("sealwax1.").unwrap()),
        Truncated,
        "truncated: the input ends before the message does",
    );
    assert_error(from_text("tide"), BadMagic, "not a Sealwax envelope");
    assert_error(
        from_text("sealwax1.*"),
        Malformed,
        "malformed envelope: the text form is not base64url",
    );
}

/// [E-02], [E-04]: what goes wrong behind the header.
#[test]
fn every_failure_behind_the_header_has_a_clear_error() {
    let sample = Recipe::full("behind").make();
    let (bytes, options) = (sample.bytes(), DecryptOptions::new().associated_data(b"aad"));
    let (right, header_len) = (local("a"), sample.header.len());
    assert_eq!(decrypt(&bytes, &[&right], &options).unwrap(), sample.recipe.plaintext);

    let required = EncryptionContext::from_pairs([("tenant", "other")]).unwrap();
    let strict = options.clone().required_context(required);
    assert_error(
        decrypt(&bytes, &[&right], &strict),
        ContextMismatch,
        "the encryption context lacks a required pair: \"tenant\" must be \"other\" and is \"acme\"",
    );
    assert_error(
        decrypt(&bytes, &[&local("b")], &options),
        NoMatchingKey,
        "no configured key matches a wrapped key of this envelope, which needs local other, local a; given: local b",
    );
    let wrong = sealwax::LocalKek::from_hex(&"11".repeat(32), "a").unwrap();
    assert_error(
        decrypt(&bytes, &[&wrong], &options),
        KeyUnwrap,
        "the wrapped key did not open: local a: the wrapped key was rejected: the key of this id has other key material (or the header was modified)",
    );
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        decrypt(&bytes, &[&right], &options)
    };
    assert_error(
        flipped(header_len - 1),
        HeaderAuthentication,
        "header authentication failed: wrong key or modified header",
    );
    assert_error(
        flipped(header_len),
        CommitmentMismatch,
        "key commitment mismatch: wrong key, wrong associated data or another object's header",
    );
    assert_error(
        flipped(bytes.len() - 1),
        Authentication,
        "chunk 0 is not authentic: modified or cut",
    );
    assert_error(
        decrypt(&bytes[..header_len + 55], &[&right], &options),
        Truncated,
        "truncated: the input ends before the message does",
    );
    assert_error(
        decrypt(&bytes, &[&right], &DecryptOptions::new()),
        CommitmentMismatch,
        "key commitment mismatch: wrong key, wrong associated data or another object's header",
    );
}

/// [H-18]: limits come before memory. A header that announces all it can is refused by its first
/// 12 bytes, or waits for at most 65,536.
#[test]
fn a_decryptor_gathers_no_more_than_a_header() {
    let mut decryptor = Decryptor::new(&DecryptOptions::new());
    let input = [b"SEALWAX\x01\x00\x01\x00\x00".as_slice(), &vec![0; 100_000]].concat();
    // 65,536 bytes are taken and found to be no header; the rest is not looked at.
    assert_error(
        decryptor.process(&input, &mut []),
        UnsupportedSuite,
        "cipher suite 0x0000 is not supported",
    );
    let mut decryptor = Decryptor::new(&DecryptOptions::new());
    assert_error(
        decryptor.process(b"SEALWAX\x01\xff\xff\xff\xff", &mut []),
        LimitExceeded,
        "over the limit: a header larger than 65,536 bytes",
    );
}
