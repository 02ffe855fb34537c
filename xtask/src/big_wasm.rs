//! `cargo xtask test-big-wasm`: a Blob of 3 GiB through the package for browsers and Node.
//!
//! The gate runs the same tests on a smaller one.

use crate::env::Env;
use crate::setup;
use crate::toolchain::Choice;
use crate::ui::{Mark, Task};
use crate::wasm;
use anyhow::Result;
use std::process::ExitCode;

const SIZE_MIB: &str = "3072";

/// Builds the package and runs the tests of the large Blob, in Chromium and on Node.
pub fn run(env: &Env) -> Result<ExitCode> {
    setup::ensure_only(env, Choice::from_environment()?, &["wasm", "npm"])?;
    let task = Task::start("building the package");
    let built = wasm::build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    built?;
    for script in ["test:big:chromium", "test:big:node"] {
        let mut npm = wasm::npm(env);
        npm.args(["run", script]).env("SEALWAX_BIG_MIB", SIZE_MIB);
        if !npm.status()?.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
