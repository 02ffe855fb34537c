//! Makes every file of `core/vectors/`. All keys and salts are derived from labels
//! ([`crate::common::seed::derived`]), so a run always gives the same bytes, and a new vector
//! changes no other.

mod bad_body;
mod bad_header;
mod bad_keys;
mod case;
mod codes;
mod contexts;
mod good;
mod lengths;
mod local_wraps;
mod notes;
mod rewraps;
mod texts;

use crate::common::schema::{File, Group};
use serde::Serialize;

/// Name and content of every file.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("error_codes.json", codes::file()),
        ("envelope_valid.json", good::file()),
        ("envelope_invalid.json", invalid_envelopes()),
        ("context.json", contexts::file()),
        ("local_wrap.json", local_wraps::file()),
        ("text_form.json", texts::file()),
        ("lengths.json", lengths::file()),
        ("rewrap.json", rewraps::file()),
    ]
}

fn invalid_envelopes() -> String {
    let groups = [
        ("HeaderPreamble", bad_header::preamble()),
        ("HeaderFields", bad_header::fields()),
        ("HeaderContext", bad_header::contexts()),
        ("HeaderWrappedKeys", bad_header::wrapped_keys()),
        ("Keys", bad_keys::keys()),
        ("HeaderMac", bad_keys::mac()),
        ("Metadata", bad_keys::metadata()),
        ("Commitment", bad_body::commitment()),
        ("Chunks", bad_body::chunks()),
        ("Ends", bad_body::ends()),
    ];
    file("Sealwax envelope v1, to be refused", groups.into(), |test, id| test.tc_id = id)
}

/// Numbers the tests and writes the file.
fn file<T: Serialize + Flagged>(
    algorithm: &str,
    groups: Vec<(&str, Vec<T>)>,
    number: impl Fn(&mut T, usize),
) -> String {
    let mut id = 0;
    let mut test_groups = Vec::new();
    for (kind, mut tests) in groups {
        for test in &mut tests {
            id += 1;
            number(test, id);
        }
        test_groups.push(Group { kind: kind.to_owned(), tests });
    }
    let used = test_groups.iter().flat_map(|group| &group.tests).flat_map(Flagged::flags);
    json(&File {
        algorithm: algorithm.to_owned(),
        schema: "core/vectors/README.md".to_owned(),
        header: vec![
            "Made by core/tests/vectors from a fixed seed; the keys in it are public.".to_owned(),
            "core/vectors/README.md says how to apply these vectors.".to_owned(),
        ],
        notes: notes::of(used),
        number_of_tests: id,
        test_groups,
    })
}

/// A test that names why it exists.
trait Flagged {
    fn flags(&self) -> &[String];
}

macro_rules! flagged {
    ($($name:ident),*) => {
        $(impl Flagged for crate::common::schema::$name {
            fn flags(&self) -> &[String] {
                &self.flags
            }
        })*
    };
}

flagged!(
    ValidEnvelope,
    InvalidEnvelope,
    ContextTest,
    LocalWrapTest,
    TextTest,
    LengthTest,
    RewrapTest
);

/// JSON with an indent of one space, like Wycheproof's.
fn json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer).expect("plain data");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
