//! Every requirement of FORMAT.md is cited by a test, or is in the list of those that cannot be
//! tested.

use std::collections::BTreeSet;
use std::path::Path;

/// Requirements on people or on software outside of this library, with the reason.
const NOT_TESTABLE: &[(&str, &str)] =
    &[("[K-11]", "what hosts name their keys, and use a KEK for, is up to them")];

/// All ids such as `[B-07]` in a text.
fn ids(text: &str) -> BTreeSet<String> {
    let is_id = |bytes: &[u8]| {
        matches!(bytes, [b'[', letter, b'-', tens, ones, b']']
            if letter.is_ascii_uppercase() && tens.is_ascii_digit() && ones.is_ascii_digit())
    };
    text.as_bytes()
        .windows(6)
        .filter(|bytes| is_id(bytes))
        .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
        .collect()
}

fn collect(folder: &Path, cited: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, cited);
        } else if path.ends_with("spec/requirements.rs") {
            // This file names ids without testing them.
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "py") {
            cited.extend(ids(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Unit tests that fill a file of their own.
const UNIT_TESTS: &[&str] = &["os/file/journal/tests.rs", "os/file/rewrap/crash.rs"];

/// In the sources, only what follows the start of the unit tests counts.
fn collect_unit_tests(folder: &Path, cited: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_unit_tests(&path, cited);
        } else if UNIT_TESTS.iter().any(|name| path.ends_with(name)) {
            cited.extend(ids(&std::fs::read_to_string(&path).unwrap()));
        } else if let Some((_, tests)) =
            std::fs::read_to_string(&path).unwrap().rsplit_once("#[cfg(test)]")
        {
            cited.extend(ids(tests));
        }
    }
}

#[test]
fn every_requirement_is_cited_by_a_test() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cited = BTreeSet::new();
    for folder in ["tests", "reference/tests"] {
        collect(&core.join(folder), &mut cited);
    }
    collect_unit_tests(&core.join("src"), &mut cited);
    let untestable: BTreeSet<String> =
        NOT_TESTABLE.iter().map(|(id, _)| (*id).to_owned()).collect();
    let all = ids(&crate::format_md());
    assert!(all.len() > 70, "{} requirements", all.len());
    let missing: Vec<&String> =
        all.iter().filter(|id| !cited.contains(*id) && !untestable.contains(*id)).collect();
    assert!(missing.is_empty(), "cited by no test: {missing:?}");
    let unknown: Vec<&String> = cited.difference(&all).collect();
    assert!(unknown.is_empty(), "cited, but not in FORMAT.md: {unknown:?}");
}
