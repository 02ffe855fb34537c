//! The vectors of `core/vectors/`: generated here, checked to be current, and applied to the core.
//!
//! `cargo xtask vectors` checks them. `cargo xtask vectors --write` writes them again, which is
//! correct only when the format gains something, because other implementations rely on the bytes.

#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;
mod generate;

mod apply;

use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Writes the files when `SEALWAX_VECTORS` is `write`, else compares.
#[test]
fn the_files_are_what_the_generator_makes() {
    let write = std::env::var_os("SEALWAX_VECTORS").is_some_and(|value| value == "write");
    let files = generate::files();
    for (name, content) in &files {
        let path = folder().join(name);
        if write {
            std::fs::write(&path, content).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == *content, "{name} is not current: run `cargo xtask vectors --write`");
    }
    let mut listed: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let mut names: Vec<_> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    listed.sort_unstable();
    names.sort_unstable();
    assert_eq!(listed, names, "a file that nothing makes");
}

#[test]
fn the_folder_stays_small() {
    let sizes =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    let total: u64 = sizes.sum();
    assert!(total < 2_100_000, "{total} bytes");
}
