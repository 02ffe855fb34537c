//! `context.json`: the canonical form of pairs in any order.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{InvalidArgument, LimitExceeded};

use crate::common::schema::{ContextTest, Pairs};
use crate::common::seed::hex;

use super::case::{canonical, failure, pairs, strings};
use super::good::edge_contexts;

pub fn file() -> String {
    let valid = edge_contexts()
        .into_iter()
        .map(|(comment, pairs, flag)| test(comment, flag, pairs, None))
        .collect();
    let groups = vec![("Canonical", valid), ("Refused", refused())];
    super::written::file("Sealwax encryption context v1", groups, |test, id| test.tc_id = id)
}

fn test(comment: &str, flag: &str, pairs: Pairs, code: Option<ErrorCode>) -> ContextTest {
    ContextTest {
        tc_id: 0,
        comment: comment.to_owned(),
        flags: strings(&[flag]),
        result: if code.is_none() { "valid" } else { "invalid" }.to_owned(),
        canonical: if code.is_none() { Some(hex(&canonical(&pairs))) } else { None },
        error: code.map(|code| failure(code, None)),
        pairs,
    }
}

fn refused() -> Vec<ContextTest> {
    let over = |comment, pairs| test(comment, "Limit", pairs, Some(LimitExceeded));
    let bad = |comment, pairs| test(comment, "Context", pairs, Some(InvalidArgument));
    vec![
        bad("an empty key", pairs(&[("", "value")])),
        bad("an empty key among others", pairs(&[("b", ""), ("", ""), ("a", "")])),
        bad("a repeated key", pairs(&[("a", "1"), ("b", "2"), ("a", "3")])),
        bad("a repeated key with the same value", pairs(&[("a", "1"), ("a", "1")])),
        over("65 pairs", (0..65).map(|n| (format!("key-{n}"), String::new())).collect()),
        over("8,193 canonical bytes", pairs(&[("k", &"v".repeat(8_186))])),
        over(
            "8,193 canonical bytes in characters of two bytes",
            pairs(&[("k", &("é".repeat(4_092) + "12"))]),
        ),
        over("a value of 65,536 bytes", pairs(&[("k", &"v".repeat(65_536))])),
    ]
}
