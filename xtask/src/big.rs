//! `cargo xtask test-big`: the memory of a file of 8 GiB. `cargo xtask test` takes a smaller one.

use crate::env::Env;
use anyhow::Result;
use std::process::ExitCode;

const MIB: &str = "8192";

/// Encrypts and decrypts a sparse file and checks the peak of memory.
pub fn run(env: &Env) -> Result<ExitCode> {
    let mut cargo = env.cargo("test");
    cargo.args(["--package", "sealwax", "--profile", "checked", "--test", "files", "--"]);
    cargo.args(["limits::memory", "--nocapture"]).env("SEALWAX_TEST_SPARSE_MIB", MIB);
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
