//! How files compare with what the machine can do: `cp`, and a bare read and decryption.
//!
//! Prints one row for each figure: `name | figure | limit | ratio`, figure and limit measured in
//! turns in this run. Works in `/dev/shm` if it is there, so that no disk is measured; needs
//! about 9 GiB there. `SEALWAX_BENCH_DIR` and `SEALWAX_BENCH_MIB` choose another place and size.

mod measure;
mod reader;
mod rewrap;
mod whole;

use std::path::{Path, PathBuf};

use measure::Row;

/// Keys are of no interest here: one for all.
fn kek() -> sealwax::LocalKek {
    let key = sealwax::Kek::from_slice(&[7; 32]).unwrap();
    sealwax::LocalKek::new(key, "bench").unwrap()
}

fn directory() -> PathBuf {
    match std::env::var_os("SEALWAX_BENCH_DIR") {
        Some(named) => named.into(),
        None if Path::new("/dev/shm").is_dir() => "/dev/shm".into(),
        None => std::env::temp_dir(),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, command, rest @ ..] = arguments.as_slice()
        && command == "child"
    {
        return whole::child(rest);
    }
    let folder = tempfile::Builder::new().prefix("sealwax-bench-").tempdir_in(directory()).unwrap();
    let mib = std::env::var("SEALWAX_BENCH_MIB").map_or(2_048, |mib| mib.parse().unwrap());
    println!("name | figure | limit | ratio");
    whole::rows(folder.path(), mib << 20, Row::print);
    let sealed = folder.path().join("large.sealwax");
    whole::encrypt_sparse(folder.path(), mib << 21, &sealed);
    reader::rows(&sealed, Row::print);
    rewrap::rows(&sealed, Row::print);
}
