//! `key_text.json`: text forms of public and secret keys.

use sealwax::ErrorCode;

use crate::common::raw_hpke::{self, X_WING, X25519, kem_name, key_text};
use crate::common::schema::KeyTextTest;
use crate::common::seed::{derived, derived_vec};

use super::case::{failure, strings};

pub fn file() -> String {
    let groups = vec![("Reads", reads()), ("Refused", refused())];
    super::written::file("Sealwax text form of keys v1", groups, |test, id| test.tc_id = id)
}

const PUBLIC: &str = "public";
const SECRET: &str = "secret";

/// `sealwaxpub1.x25519.`, for example.
fn head(read_as: &str, kem: u16) -> String {
    format!("sealwax{}1.{}.", &read_as[..3], kem_name(kem))
}

fn keys(kem: u16) -> ([u8; 32], Vec<u8>) {
    let secret = derived(&format!("key text/{}", kem_name(kem)));
    (secret, raw_hpke::public_key(kem, &secret))
}

fn text(read_as: &str, kem: u16) -> String {
    let (secret, public) = keys(kem);
    key_text(&head(read_as, kem), if read_as == SECRET { &secret } else { &public })
}

fn reads() -> Vec<KeyTextTest> {
    let mut tests = Vec::new();
    for kem in [X25519, X_WING] {
        for read_as in [PUBLIC, SECRET] {
            tests.push(KeyTextTest {
                tc_id: 0,
                comment: format!("a {read_as} key of {}", kem_name(kem)),
                flags: strings(&["KeyText"]),
                result: "valid".to_owned(),
                read_as: read_as.to_owned(),
                text: text(read_as, kem),
                kem: Some(kem_name(kem).to_owned()),
                recipient: Some(text(PUBLIC, kem)),
                key_id: Some(raw_hpke::fingerprint(kem, &keys(kem).1)),
                error: None,
            });
        }
    }
    tests
}

fn bad(comment: &str, read_as: &str, text: impl Into<String>) -> KeyTextTest {
    KeyTextTest {
        tc_id: 0,
        comment: comment.to_owned(),
        flags: strings(&["KeyText"]),
        result: "invalid".to_owned(),
        read_as: read_as.to_owned(),
        text: text.into(),
        kem: None,
        recipient: None,
        key_id: None,
        error: Some(failure(ErrorCode::InvalidArgument, None)),
    }
}

fn refused() -> Vec<KeyTextTest> {
    let public = text(PUBLIC, X25519);
    let changed = |at: usize, to: &str| {
        let mut text = public.clone();
        text.replace_range(at..=at, to);
        text
    };
    let mut tests = vec![
        bad("no text", PUBLIC, ""),
        bad("the prefix alone", PUBLIC, "sealwaxpub1."),
        bad("no key", PUBLIC, "sealwaxpub1.x25519."),
        bad("another version in the prefix", PUBLIC, changed(10, "2")),
        bad("upper case", PUBLIC, public.to_ascii_uppercase()),
        bad("the name of another KEM", PUBLIC, key_text("sealwaxpub1.p256.", &keys(X25519).1)),
        bad("a key under the other KEM's name", PUBLIC, public.replace("x25519", "x-wing")),
        bad("the first character of the key changed", PUBLIC, changed(19, flipped(&public, 19))),
        bad("the last character changed", PUBLIC, changed(66, flipped(&public, 66))),
        bad("the last character lost", PUBLIC, &public[..66]),
        bad("one character more", PUBLIC, format!("{public}A")),
        bad("padding", PUBLIC, format!("{public}=")),
        bad("a line end", PUBLIC, format!("{public}\n")),
        bad("a space before it", PUBLIC, format!(" {public}")),
        bad("a secret key for a public one", PUBLIC, text(SECRET, X25519)),
        bad("a public key for a secret one", SECRET, text(PUBLIC, X25519)),
        bad("a secret key behind the prefix of public ones", PUBLIC, {
            text(SECRET, X25519).replace("sealwaxsec1.", "sealwaxpub1.")
        }),
        bad("a secret key of X-Wing under the name of X25519", SECRET, {
            text(SECRET, X_WING).replace("x-wing", "x25519")
        }),
        bad("a public key of 31 bytes", PUBLIC, key_text("sealwaxpub1.x25519.", &[9; 31])),
        bad("a secret key of 33 bytes", SECRET, key_text("sealwaxsec1.x25519.", &[9; 33])),
        bad("a public key of low order", PUBLIC, key_text("sealwaxpub1.x25519.", &[0; 32])),
    ];
    tests.extend(x_wing());
    tests
}

/// Another character of the alphabet.
fn flipped(text: &str, at: usize) -> &'static str {
    if &text[at..=at] == "A" { "B" } else { "A" }
}

fn x_wing() -> Vec<KeyTextTest> {
    let head = head(PUBLIC, X_WING);
    let (_, public) = keys(X_WING);
    let mut low_order = public.clone();
    low_order[1_184..].fill(0);
    let unused_bits = {
        let text = text(PUBLIC, X_WING);
        let last = text.chars().next_back().unwrap();
        // The last of 1,220 bytes leaves two bits, which are zero.
        assert!("AEIMQUYcgkosw048".contains(last));
        let next = char::from(u8::try_from(last).unwrap() + 1);
        format!("{}{next}", &text[..text.len() - 1])
    };
    vec![
        bad("X-Wing: a point of low order", PUBLIC, key_text(&head, &low_order)),
        bad("X-Wing: coefficients of ML-KEM above its modulus", PUBLIC, {
            key_text(&head, &[[0xff; 1_184].as_slice(), &public[1_184..]].concat())
        }),
        bad("X-Wing: one byte less", PUBLIC, key_text(&head, &public[..1_215])),
        bad("X-Wing: unused bits", PUBLIC, unused_bits),
        bad("X-Wing: other bytes", PUBLIC, {
            format!("{head}{}", &key_text("", &derived_vec("no key", 1_216)))
        }),
    ]
}
