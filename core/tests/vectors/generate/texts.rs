//! `text_form.json`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealwax::ErrorCode;
use sealwax::ErrorCode::{BadMagic, Malformed};

use crate::common::schema::TextTest;

use super::case::{Case, base64, failure, strings};

pub fn file() -> String {
    let groups = vec![("Decodes", decodes()), ("Refused", refused())];
    super::written::file("Sealwax text form v1", groups, |test, id| test.tc_id = id)
}

fn valid(comment: &str, bytes: &[u8]) -> TextTest {
    TextTest {
        tc_id: 0,
        comment: comment.to_owned(),
        flags: strings(&["TextForm"]),
        result: "valid".to_owned(),
        text: format!("sealwax1.{}", URL_SAFE_NO_PAD.encode(bytes)),
        bytes: Some(base64(bytes)),
        error: None,
    }
}

fn decodes() -> Vec<TextTest> {
    let built = Case::new("the text form of an envelope").build();
    vec![
        valid("no bytes", &[]),
        valid("one byte", &[0xff]),
        valid("two bytes", &[0xff, 0xfe]),
        valid("three bytes", &[0xfb, 0xef, 0xbe]),
        valid("the magic alone", b"SEALWAX\x01"),
        valid("an envelope", &built.envelope()),
        valid("a header", &built.header_bytes()),
    ]
}

fn refused() -> Vec<TextTest> {
    let test = |comment: &str, text: &str, code: ErrorCode| TextTest {
        tc_id: 0,
        comment: comment.to_owned(),
        flags: strings(&["TextForm"]),
        result: "invalid".to_owned(),
        text: text.to_owned(),
        bytes: None,
        error: Some(failure(code, None)),
    };
    let bad =
        |comment: &str, encoded: &str| test(comment, &format!("sealwax1.{encoded}"), Malformed);
    vec![
        test("no text", "", BadMagic),
        test("a part of the prefix", "sealwax1", BadMagic),
        test("the prefix in upper case", "SEALWAX1.U0VB", BadMagic),
        test("another version in the prefix", "sealwax2.U0VB", BadMagic),
        test("a space before the prefix", " sealwax1.U0VB", BadMagic),
        test("base64url without the prefix", "U0VBTFdBWAE", BadMagic),
        bad("padding", "U0U="),
        bad("padding of two characters", "Uw=="),
        bad("the standard alphabet", "++//"),
        bad("a slash", "U0V/"),
        bad("a line end at the end", "U0VB\n"),
        bad("a line end inside", "U0VB\nTFdB"),
        bad("a space", "U0VB TFdB"),
        bad("one character", "U"),
        bad("five characters", "U0VBT"),
        bad("unused bits after two characters", "_x"),
        bad("unused bits after three characters", "__9"),
        bad("a character outside of ASCII", "U0Vé"),
        bad("a null character", "U0VB\0"),
    ]
}
