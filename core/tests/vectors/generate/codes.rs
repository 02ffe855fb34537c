//! `error_codes.json`: the table of the library itself, for the bindings.

use sealwax::ErrorCode;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    header: Vec<&'static str>,
    error_codes: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    code: u16,
    name: &'static str,
    class: &'static str,
}

pub fn file() -> String {
    let entry =
        |code: &ErrorCode| Entry { code: code.as_u16(), name: code.as_str(), class: code.class() };
    super::written::json(&File {
        header: vec!["Every error code; numbers and names are never changed or reused."],
        error_codes: ErrorCode::ALL.iter().map(entry).collect(),
    })
}
