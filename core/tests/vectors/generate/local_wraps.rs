//! `local_wrap.json`: wrapped DEKs of the provider `local`.

use sealwax::ErrorCode;

use crate::common::raw;
use crate::common::schema::{LocalWrapTest, Pairs};
use crate::common::seed::{derived, hex};

use super::case::{base64, canonical, failure, from_base64, pairs, strings};

pub fn file() -> String {
    let groups = vec![("Unwraps", unwraps()), ("Refused", refused())];
    super::written::file("Sealwax local wrap v1", groups, |test, id| test.tc_id = id)
}

fn valid(comment: &str, key_id: &str, context: Pairs) -> LocalWrapTest {
    let (kek, dek) = (derived(&format!("{comment}/kek")), derived::<32>(&format!("{comment}/dek")));
    let salt = derived(&format!("{comment}/salt"));
    let wrapped = raw::local_wrap(&kek, key_id, &canonical(&context), &salt, &dek);
    LocalWrapTest {
        tc_id: 0,
        comment: comment.to_owned(),
        flags: Vec::new(),
        result: "valid".to_owned(),
        kek: hex(&kek),
        key_id: key_id.to_owned(),
        context,
        wrapped_dek: base64(&wrapped),
        dek: Some(hex(&dek)),
        salt: Some(hex(&salt)),
        error: None,
    }
}

fn unwraps() -> Vec<LocalWrapTest> {
    vec![
        valid("no context", "kek-1", Vec::new()),
        valid("two pairs", "kek-1", pairs(&[("tenant", "acme"), ("purpose", "test")])),
        valid("a key id of one byte", "k", Vec::new()),
        valid("a key id of 2,048 bytes", &"k".repeat(2_048), Vec::new()),
        valid("a key id with non-ASCII characters", "schlüssel 🔑", pairs(&[("a", "é")])),
        valid("a context of 8,192 bytes", "kek-1", pairs(&[("k", &"v".repeat(8_185))])),
    ]
}

fn invalid(comment: &str, change: impl FnOnce(&mut LocalWrapTest)) -> LocalWrapTest {
    let mut test = valid(comment, "kek-1", pairs(&[("tenant", "acme")]));
    test.flags = strings(&["ModifiedWrappedKey"]);
    test.result = "invalid".into();
    test.error = Some(failure(ErrorCode::KeyUnwrap, None));
    (test.dek, test.salt) = (None, None);
    change(&mut test);
    test
}

/// Every bit position class, and everything that is bound.
fn refused() -> Vec<LocalWrapTest> {
    let flip = |at: usize| {
        invalid(&format!("byte {at} modified"), |test| {
            let mut bytes = from_base64(&test.wrapped_dek);
            bytes[at] ^= 1;
            test.wrapped_dek = base64(&bytes);
        })
    };
    let mut tests: Vec<_> = [0, 23, 24, 55, 56, 87, 88, 103].map(flip).into();
    tests.extend([
        invalid("one byte less", |test| resize(test, 103)),
        invalid("one byte more", |test| resize(test, 105)),
        invalid("an empty DEK", |test| rewrap(test, &[])),
        invalid("a DEK of 31 bytes", |test| rewrap(test, &[7; 31])),
        invalid("a DEK of 33 bytes", |test| rewrap(test, &[7; 33])),
        invalid("another KEK", |test| test.kek = "5a".repeat(32)),
        invalid("another key id", |test| test.key_id = "kek-2".into()),
        invalid("another value in the context", |test| {
            test.context = pairs(&[("tenant", "other")]);
        }),
        invalid("no context", |test| test.context = Vec::new()),
        invalid("another split between key id and context", |test| test.key_id.push('\0')),
    ]);
    tests
}

fn rewrap(test: &mut LocalWrapTest, dek: &[u8]) {
    let kek = crate::common::seed::unhex(&test.kek).try_into().expect("32 bytes");
    let context = canonical(&test.context);
    let wrapped = raw::local_wrap(&kek, &test.key_id, &context, &derived("rewrap/salt"), dek);
    test.wrapped_dek = base64(&wrapped);
}

fn resize(test: &mut LocalWrapTest, len: usize) {
    let mut bytes = from_base64(&test.wrapped_dek);
    bytes.resize(len, 0);
    test.wrapped_dek = base64(&bytes);
}
