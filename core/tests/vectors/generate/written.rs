//! The vectors in the form of their files.

use super::notes;
use crate::common::schema::{File, Group};
use serde::Serialize;

/// Numbers the tests and writes the file.
pub fn file<T: Serialize + Flagged>(
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
pub trait Flagged {
    /// The names of the reasons.
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
    HpkeWrapTest,
    KeyTextTest,
    TextTest,
    LengthTest,
    RewrapTest
);

/// JSON with an indent of one space, like Wycheproof's.
pub fn json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer).expect("plain data");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
