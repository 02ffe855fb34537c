//! `hpke_wrap.json`: wrapped DEKs of the provider `hpke`.

use sealwax::ErrorCode;

use crate::common::raw_hpke::{self, X_WING, X25519, kem_name};
use crate::common::schema::{HpkeWrapTest, Pairs};
use crate::common::seed::{derived, hex};

use super::case::{base64, canonical, failure, from_base64, pairs, strings};

pub fn file() -> String {
    let groups = vec![("Unwraps", unwraps()), ("Refused", refused())];
    super::written::file("Sealwax HPKE wrap v1", groups, |test, id| test.tc_id = id)
}

/// All that a wrap is made of.
#[derive(Clone)]
struct Wrap {
    kem: u16,
    secret: [u8; 32],
    key_id: Option<String>,
    context: Pairs,
    dek: Vec<u8>,
    randomness: [u8; 64],
}

impl Wrap {
    fn new(comment: &str, kem: u16, context: Pairs) -> Self {
        let label = format!("hpke/{comment}/{}", kem_name(kem));
        Wrap {
            kem,
            secret: derived(&format!("{label}/secret")),
            key_id: None,
            context,
            dek: derived::<32>(&format!("{label}/dek")).to_vec(),
            randomness: derived(&format!("{label}/randomness")),
        }
    }

    fn public_key(&self) -> Vec<u8> {
        raw_hpke::public_key(self.kem, &self.secret)
    }

    fn key_id(&self) -> String {
        let by_default = || raw_hpke::fingerprint(self.kem, &self.public_key());
        self.key_id.clone().unwrap_or_else(by_default)
    }

    /// What a writer draws: X-Wing takes 64 bytes, X25519 32.
    fn randomness(&self) -> &[u8] {
        if self.kem == X25519 { &self.randomness[..32] } else { &self.randomness }
    }

    fn encapsulated(&self) -> (Vec<u8>, Vec<u8>) {
        raw_hpke::encapsulate(self.kem, &self.public_key(), self.randomness())
    }

    fn wrapped(&self) -> Vec<u8> {
        let (enc, shared) = self.encapsulated();
        let info = raw_hpke::info(&self.key_id(), &canonical(&self.context));
        raw_hpke::wrap_under(self.kem, &enc, &shared, &info, &self.dek)
    }

    fn test(&self, comment: &str) -> HpkeWrapTest {
        let name = kem_name(self.kem);
        HpkeWrapTest {
            tc_id: 0,
            comment: format!("{name}: {comment}"),
            flags: Vec::new(),
            result: "valid".to_owned(),
            secret_key: raw_hpke::key_text(&format!("sealwaxsec1.{name}."), &self.secret),
            key_id: self.key_id(),
            context: self.context.clone(),
            wrapped_dek: base64(&self.wrapped()),
            dek: Some(hex(&self.dek)),
            randomness: Some(hex(self.randomness())),
            error: None,
        }
    }
}

fn unwraps() -> Vec<HpkeWrapTest> {
    let mut tests = Vec::new();
    for kem in [X25519, X_WING] {
        let mut add = |comment: &str, key_id: Option<&str>, context| {
            let mut wrap = Wrap::new(comment, kem, context);
            wrap.key_id = key_id.map(str::to_owned);
            tests.push(wrap.test(comment));
        };
        add("no context", None, Vec::new());
        add("two pairs", None, pairs(&[("tenant", "acme"), ("purpose", "test")]));
        add("a name", Some("inbox-2026 🔑"), pairs(&[("a", "é")]));
    }
    let mut add = |comment: &str, key_id: &str, context| {
        let wrap = Wrap { key_id: Some(key_id.to_owned()), ..Wrap::new(comment, X25519, context) };
        tests.push(wrap.test(comment));
    };
    add("a key id of 2,048 bytes", &"k".repeat(2_048), Vec::new());
    add("a context of 8,192 bytes", "k", pairs(&[("k", &"v".repeat(8_185))]));
    tests
}

/// A wrap that was changed after it was made.
fn invalid(wrap: &Wrap, comment: &str, change: impl FnOnce(&mut HpkeWrapTest)) -> HpkeWrapTest {
    let mut test = wrap.test(comment);
    test.flags = strings(&["ModifiedWrappedKey"]);
    test.result = "invalid".into();
    test.error = Some(failure(ErrorCode::KeyUnwrap, None));
    (test.dek, test.randomness) = (None, None);
    change(&mut test);
    test
}

fn bytes_of(test: &mut HpkeWrapTest, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = from_base64(&test.wrapped_dek);
    change(&mut bytes);
    test.wrapped_dek = base64(&bytes);
}

fn refused() -> Vec<HpkeWrapTest> {
    let mut tests: Vec<_> = [X25519, X_WING].into_iter().flat_map(refused_of_both).collect();
    tests.extend(low_orders());
    let x_wing = Wrap::new("refused", X_WING, pairs(&[("tenant", "acme")]));
    let flip = |at: usize| move |test: &mut HpkeWrapTest| bytes_of(test, |bytes| bytes[at] ^= 1);
    // ML-KEM answers with another secret, and the tag with a refusal.
    tests.extend([
        invalid(&x_wing, "the start of ML-KEM's ciphertext modified", flip(2)),
        invalid(&x_wing, "the end of ML-KEM's ciphertext modified", flip(2 + 1_087)),
    ]);
    tests
}

/// What is bound, and what is measured.
fn refused_of_both(kem: u16) -> Vec<HpkeWrapTest> {
    let wrap = Wrap::new("refused", kem, pairs(&[("tenant", "acme")]));
    let other = if kem == X25519 { X_WING } else { X25519 };
    let len = wrap.wrapped().len();
    let flip = |at: usize| move |test: &mut HpkeWrapTest| bytes_of(test, |bytes| bytes[at] ^= 1);
    let sized = |dek: &[u8]| Wrap { dek: dek.to_vec(), ..wrap.clone() };
    vec![
        invalid(&wrap, "the number of the other KEM", |test| {
            bytes_of(test, |bytes| bytes[..2].copy_from_slice(&other.to_be_bytes()));
        }),
        invalid(&wrap, "the number of no KEM", flip(1)),
        invalid(&wrap, "the point of X25519 modified", flip(len - 49)),
        invalid(&wrap, "the encrypted DEK modified", flip(len - 48)),
        invalid(&wrap, "the tag modified", flip(len - 1)),
        invalid(&wrap, "one byte less", |test| bytes_of(test, |bytes| bytes.truncate(len - 1))),
        invalid(&wrap, "one byte more", |test| bytes_of(test, |bytes| bytes.push(0))),
        invalid(&wrap, "a part of enc", |test| bytes_of(test, |bytes| bytes.truncate(33))),
        invalid(&wrap, "one byte", |test| bytes_of(test, |bytes| bytes.truncate(1))),
        invalid(&sized(&[7; 31]), "a DEK of 31 bytes", |_| {}),
        invalid(&sized(&[7; 33]), "a DEK of 33 bytes", |_| {}),
        invalid(&wrap, "another secret key", |test| {
            let head = format!("sealwaxsec1.{}.", kem_name(kem));
            test.secret_key = raw_hpke::key_text(&head, &[0x5a; 32]);
        }),
        invalid(&wrap, "another name of the key", |test| test.key_id.push('2')),
        invalid(&wrap, "another value in the context", |test| {
            test.context = pairs(&[("tenant", "other")]);
        }),
        invalid(&wrap, "no context", |test| test.context = Vec::new()),
    ]
}

/// Somebody without the public key can make these: the shared secret of X25519 would be zeros.
fn low_orders() -> Vec<HpkeWrapTest> {
    let zero = [0; 32];
    let mut one = zero;
    one[0] = 1;
    let mut order_8 = zero;
    order_8.copy_from_slice(&crate::common::seed::unhex(
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    ));
    let mut tests = Vec::new();
    for kem in [X25519, X_WING] {
        let wrap = Wrap::new("low order", kem, Vec::new());
        for (comment, point) in [("zero", zero), ("one", one), ("a point of order 8", order_8)] {
            let mut test = invalid(&wrap, &format!("{comment} as the point of X25519"), |test| {
                bytes_of(test, |bytes| {
                    let end = bytes.len() - 48;
                    bytes[end - 32..end].copy_from_slice(&point);
                });
            });
            test.flags = strings(&["LowOrder"]);
            tests.push(test);
        }
    }
    tests
}
