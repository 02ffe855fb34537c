//! `cargo xtask test-firefox`: the suite of the package for browsers and Node, in Firefox.
//!
//! Not a step of `cargo xtask test`, whose browser is Chromium.

use crate::env::Env;
use crate::setup;
use crate::toolchain::Choice;
use crate::ui::{Mark, Task};
use crate::wasm;
use anyhow::Result;
use std::process::ExitCode;

/// Builds the package and runs its suite in Debian's Firefox.
pub fn run(env: &Env) -> Result<ExitCode> {
    setup::ensure_only(env, Choice::from_environment()?, &["wasm", "npm", "firefox"])?;
    let task = Task::start("building the package");
    let built = wasm::build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    built?;
    let status = wasm::npm(env).args(["run", "test:firefox"]).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
