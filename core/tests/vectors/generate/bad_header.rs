//! Headers that do not parse (FORMAT.md section 4.6), each for one cause. If the cause permits it,
//! the MAC and the body fit the header.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{
    BadMagic, LimitExceeded, Malformed, Truncated, UnsupportedSuite, UnsupportedVersion,
};

use crate::common::raw::{self, RawHeader};
use crate::common::schema::InvalidEnvelope;

use super::case::{Built, Case, failure};

fn base(comment: &str, flag: &'static str) -> Built {
    Case::new(comment).flag(flag).build()
}

/// Changes the bytes of the whole envelope.
fn with_bytes(
    comment: &str,
    flag: &'static str,
    code: ErrorCode,
    change: impl FnOnce(&mut Vec<u8>),
) -> InvalidEnvelope {
    let built = base(comment, flag);
    let mut bytes = built.envelope();
    change(&mut bytes);
    built.invalid_parts(failure(code, None), 0, &bytes, &[])
}

/// Changes the fields of the header; MAC and body are made for what results.
fn with_fields(
    comment: &str,
    flag: &'static str,
    code: ErrorCode,
    change: impl FnOnce(&mut RawHeader),
) -> InvalidEnvelope {
    let mut built = base(comment, flag);
    change(&mut built.header);
    built.invalid(code)
}

pub fn preamble() -> Vec<InvalidEnvelope> {
    let cut = |len: usize| {
        with_bytes(&format!("only {len} bytes"), "Truncation", Truncated, |b| b.truncate(len))
    };
    let mut tests: Vec<_> = [0, 1, 7, 8, 11, 12, 43, 187].map(cut).into();
    let magic =
        |comment, change: fn(&mut Vec<u8>)| with_bytes(comment, "Malformed", BadMagic, change);
    tests.extend([
        magic("the first byte is wrong", |b| b[0] ^= 1),
        magic("the seventh byte is wrong", |b| b[6] = b'x'),
        magic("the magic is in lower case", |b| b[..7].copy_from_slice(b"sealwax")),
        magic("one byte that is wrong", |b| *b = b"P".to_vec()),
        magic("a wrong byte before the end of the magic", |b| *b = b"SEALW\0".to_vec()),
        magic("a text form where bytes belong", |b| *b = b"sealwax1.U0VBTFdBWAE".to_vec()),
        magic("a body without a header", |b| drop(b.drain(..188))),
    ]);
    let version = |byte: u8| {
        let comment = format!("version {byte}");
        with_bytes(&comment, "Malformed", UnsupportedVersion, |b| b[7] = byte)
    };
    tests.extend([0, 2, b'1', 255].map(version));
    tests.push(with_bytes("version 2 and nothing else", "Malformed", UnsupportedVersion, |b| {
        *b = b"SEALWAX\x02".to_vec();
    }));
    tests.extend(announced_lengths());
    tests
}

fn announced_lengths() -> Vec<InvalidEnvelope> {
    let announced = |len: u32, flag, code| {
        let comment = format!("the header announces {len} bytes");
        with_fields(&comment, flag, code, |h| h.announced_len = Some(len))
    };
    vec![
        announced(0, "Malformed", Malformed),
        announced(62, "Malformed", Malformed),
        announced(65_537, "Limit", LimitExceeded),
        announced(0x0100_00bc, "Limit", LimitExceeded),
        announced(u32::MAX, "Limit", LimitExceeded),
        announced(65_536, "Truncation", Truncated),
        announced(301, "Truncation", Truncated),
        with_bytes("a length over the limit and nothing else", "Limit", LimitExceeded, |b| {
            *b = b"SEALWAX\x01\x00\x01\x00\x01".to_vec();
        }),
        with_bytes("a length under the least and nothing else", "Malformed", Malformed, |b| {
            *b = b"SEALWAX\x01\x00\x00\x00\x3e".to_vec();
        }),
        with_fields(
            "63 bytes are announced, and the fields do not fit",
            "Malformed",
            Malformed,
            |h| {
                h.announced_len = Some(63);
            },
        ),
    ]
}

pub fn fields() -> Vec<InvalidEnvelope> {
    let suite = |suite: u16| {
        let comment = format!("suite 0x{suite:04x}");
        with_fields(&comment, "Malformed", UnsupportedSuite, |h| h.suite = suite)
    };
    let mut tests: Vec<_> = [0x0000, 0x0002, 0x0100, 0xffff].map(suite).into();
    let metadata = |len: u32, flag, code| {
        let comment = format!("a metadata length of {len}");
        with_fields(&comment, flag, code, |h| {
            h.metadata =
                vec![7; if len == u32::MAX { 0 } else { usize::try_from(len).expect("small") }];
            h.metadata_len = Some(len);
        })
    };
    tests.extend([1, 71].map(|len| metadata(len, "Malformed", Malformed)));
    tests.extend([16_473, u32::MAX].map(|len| metadata(len, "Limit", LimitExceeded)));
    tests.push(with_fields("metadata runs past the header", "Malformed", Malformed, |h| {
        h.metadata_len = Some(200);
    }));
    let padding = |comment, at: usize| {
        with_fields(comment, "Padding", Malformed, move |h| {
            h.padding = vec![0; 100];
            h.padding[at] = 1;
        })
    };
    tests.extend([
        padding("the first byte of the padding is not zero", 0),
        padding("a byte inside of the padding is not zero", 50),
        padding("the last byte of the padding is not zero", 99),
        with_fields("the padding is one byte and not zero", "Padding", Malformed, |h| {
            h.padding = vec![0x80];
        }),
    ]);
    tests
}

fn with_context(
    comment: &str,
    flag: &'static str,
    code: ErrorCode,
    pairs: &[(&[u8], &[u8])],
) -> InvalidEnvelope {
    with_fields(comment, flag, code, |h| h.context = raw::context(pairs))
}

pub fn contexts() -> Vec<InvalidEnvelope> {
    let order = |comment, pairs: &[(&[u8], &[u8])]| {
        with_context(&format!("context keys: {comment}"), "ByteOrder", Malformed, pairs)
    };
    let mut tests = vec![
        order("not sorted", &[(b"b", b""), (b"a", b"")]),
        order("the first and the last are exchanged", &[(b"c", b""), (b"b", b""), (b"a", b"")]),
        order("equal", &[(b"a", b"1"), (b"a", b"2")]),
        order("equal, with equal values", &[(b"a", b"1"), (b"a", b"1")]),
        order("a prefix after the longer key", &[(b"ab", b""), (b"a", b"")]),
        order(
            "sorted by UTF-16 units",
            &[("\u{1f511}".as_bytes(), b""), ("\u{fffd}".as_bytes(), b"")],
        ),
        order("sorted without regard to case", &[(b"a", b""), (b"B", b"")]),
        order("sorted by number", &[(b"9", b""), (b"10", b"")]),
        with_context("an empty context key", "Malformed", Malformed, &[(b"", b"value")]),
        with_context("an empty key and an empty value", "Malformed", Malformed, &[(b"", b"")]),
    ];
    tests.extend(bad_utf8());
    tests.extend(context_limits());
    tests
}

fn bad_utf8() -> Vec<InvalidEnvelope> {
    const BAD: &[(&str, &[u8])] = &[
        ("a byte that never occurs", b"\xff"),
        ("a continuation byte alone", b"a\x80"),
        ("a sequence that is cut", b"\xe2\x82"),
        ("an overlong form", b"\xc0\x80"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("a pair of surrogates", b"\xed\xa0\xbd\xed\xb4\x91"),
        ("above the last code point", b"\xf4\x90\x80\x80"),
    ];
    let in_key = BAD.iter().map(|(what, bytes)| {
        with_context(&format!("context key: {what}"), "Utf8", Malformed, &[(bytes, b"")])
    });
    let in_value = BAD.iter().map(|(what, bytes)| {
        with_context(&format!("context value: {what}"), "Utf8", Malformed, &[(b"a", bytes)])
    });
    in_key.chain(in_value).collect()
}

fn context_limits() -> Vec<InvalidEnvelope> {
    let count = |count: u16, code, flag| {
        let comment = format!("a context count of {count}");
        with_fields(&comment, flag, code, |h| h.context[..2].copy_from_slice(&count.to_be_bytes()))
    };
    let keys: Vec<Vec<u8>> = (0..65).map(|n| format!("key-{n:02}").into_bytes()).collect();
    let sixty_five: Vec<(&[u8], &[u8])> =
        keys.iter().map(|key| (key.as_slice(), b"".as_slice())).collect();
    vec![
        count(2, Malformed, "Malformed"),
        count(65, LimitExceeded, "Limit"),
        count(u16::MAX, LimitExceeded, "Limit"),
        with_context("65 context pairs", "Limit", LimitExceeded, &sixty_five),
        with_context("8,193 canonical bytes", "Limit", LimitExceeded, &[(b"k", &[b'v'; 8_186])]),
        with_context(
            "8,193 canonical bytes of two pairs",
            "Limit",
            LimitExceeded,
            &[(b"k", &[b'v'; 4_000]), (b"l", &[b'v'; 4_181])],
        ),
        with_context(
            "a context key of 8,187 bytes",
            "Limit",
            LimitExceeded,
            &[(&[b'k'; 8_187], b"")],
        ),
        // The limit is checked before the encoding of the text.
        with_context("too long and not UTF-8", "Limit", LimitExceeded, &[(b"k", &[0xff; 8_186])]),
        with_fields("a context key that runs past the header", "Malformed", Malformed, |h| {
            h.context = b"\x00\x01\x10\x00tenant\x00\x04acme".to_vec();
        }),
        with_fields(
            "a context key length over the limit that also runs past the header",
            "Limit",
            LimitExceeded,
            |h| {
                h.context = b"\x00\x01\xff\xfftenant\x00\x04acme".to_vec();
            },
        ),
    ]
}

pub fn wrapped_keys() -> Vec<InvalidEnvelope> {
    let one = |comment: &str, flag, code, provider: &[u8], key: &[u8], wrapped: &[u8]| {
        with_fields(comment, flag, code, |h| h.keys.push(raw::record(provider, key, wrapped)))
    };
    let bad = |comment, provider: &[u8], key: &[u8], wrapped: &[u8]| {
        one(comment, "Malformed", Malformed, provider, key, wrapped)
    };
    let over = |comment, provider: &[u8], key: &[u8], wrapped: &[u8]| {
        one(comment, "Limit", LimitExceeded, provider, key, wrapped)
    };
    let mut tests = vec![
        bad("an empty provider id", b"", b"k", b"w"),
        bad("an empty key id", b"p", b"", b"w"),
        bad("an empty wrapped DEK", b"p", b"k", b""),
        over("a provider id of 129 bytes", &[b'p'; 129], b"k", b"w"),
        over("a key id of 2,049 bytes", b"p", &[b'k'; 2_049], b"w"),
        over("a wrapped DEK of 4,097 bytes", b"p", b"k", &[1; 4_097]),
        one("a provider id that is not UTF-8", "Utf8", Malformed, b"p\xff", b"k", b"w"),
        one("a key id that is not UTF-8", "Utf8", Malformed, b"p", b"\xed\xa0\x80", b"w"),
    ];
    tests.extend(key_counts());
    tests.push(with_fields(
        "a wrapped DEK that runs past the header",
        "Malformed",
        Malformed,
        |h| {
            let wrapped_at = h.keys[0].len() - 106;
            h.keys[0][wrapped_at..wrapped_at + 2].copy_from_slice(&105_u16.to_be_bytes());
        },
    ));
    tests.push(with_fields(
        "a key id over the limit that also runs past the header",
        "Limit",
        LimitExceeded,
        |h| {
            h.keys = vec![b"\x00\x05local\xff\xffkek-1".to_vec()];
            h.padding = vec![0; 9];
        },
    ));
    tests
}

fn key_counts() -> Vec<InvalidEnvelope> {
    let small = raw::record(b"p", b"k", b"w");
    let count = |count: u16, flag, code| {
        let comment = format!("a wrapped key count of {count}");
        with_fields(&comment, flag, code, |h| h.key_count = Some(count))
    };
    vec![
        with_fields("no wrapped key", "Malformed", Malformed, |h| h.keys.clear()),
        count(0, "Malformed", Malformed),
        count(2, "Malformed", Malformed),
        with_fields("33 wrapped keys", "Limit", LimitExceeded, |h| h.keys = vec![small; 33]),
        count(33, "Limit", LimitExceeded),
        count(u16::MAX, "Limit", LimitExceeded),
    ]
}
