//! FORMAT.md compared with the library and the tests: its worked example, requirement ids and
//! tables, and that no secret is ever printed.
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;

mod printed;
mod redaction;
mod requirements;
mod tables;
mod worked_example;

/// The text of the specification.
fn format_md() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/FORMAT.md");
    std::fs::read_to_string(path).unwrap()
}
