//! `include/sealwax.h` is what cbindgen makes of the sources. After a change of the API:
//! `SEALWAX_WRITE_HEADER=1 cargo test -p sealwax-c --test header`.

mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn the_header_is_what_the_sources_say() {
    let path = folder().join("include/sealwax.h");
    let made = generate::header(&folder());
    if std::env::var_os("SEALWAX_WRITE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    let differs = found.lines().zip(made.lines()).position(|(a, b)| a != b);
    assert!(found == made, "include/sealwax.h is out of date, first in line {differs:?} from 0");
}

/// `SEALWAX_ERR_...` lines of the header, read as text.
fn codes_in_header() -> BTreeMap<String, u64> {
    let header = fs::read_to_string(folder().join("include/sealwax.h")).unwrap();
    let pairs = header.lines().filter_map(|line| {
        let (name, number) = line.trim().strip_prefix("SEALWAX_ERR_")?.split_once(" = ")?;
        Some((name.to_ascii_lowercase(), number.trim_end_matches(',').parse().unwrap()))
    });
    pairs.collect()
}

#[test]
fn the_codes_are_those_of_the_shared_table() {
    let table = fs::read_to_string(folder().join("../core/vectors/error_codes.json")).unwrap();
    let table: serde_json::Value = serde_json::from_str(&table).unwrap();
    let codes = table["errorCodes"].as_array().unwrap().iter();
    let codes: BTreeMap<String, u64> = codes
        .map(|code| (code["name"].as_str().unwrap().to_owned(), code["code"].as_u64().unwrap()))
        .collect();
    assert!(codes.len() > 20);
    assert_eq!(codes_in_header(), codes);
}

/// The functions that catch panics; see `src/panic_boundary.rs`. The last three call `answer`.
const BOUNDARIES: [&str; 5] = ["entry(||", "answer(", "read(", "text_of(", "name_of("];

#[test]
fn every_function_is_behind_the_panic_boundary() {
    let mut entries = 0;
    for file in fs::read_dir(folder().join("src")).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue; // The parts of `ffi`, which declares no function for C.
        }
        let text = fs::read_to_string(path).unwrap();
        for body in text.split("(no_mangle)]").skip(1) {
            let end = body.find("\n}\n").unwrap();
            let body = &body[..end];
            // The version is a constant: nothing there can panic.
            let guarded = BOUNDARIES.iter().any(|wall| body.contains(wall));
            assert!(guarded || body.contains("fn sealwax_version()"), "no boundary: {body}");
            entries += 1;
        }
    }
    assert!(entries > 100, "only {entries} entries were found");
}
