//! `cargo xtask test-bundlers`: the packed package in frameworks and bundlers that take their time.
//!
//! The gate has the fast ones (`wasm:consume`): Vite in both versions, webpack, esbuild, Rollup.

use crate::env::Env;
use crate::setup;
use crate::toolchain::Choice;
use crate::ui::{Mark, Task};
use crate::wasm;
use anyhow::Result;
use std::process::ExitCode;

/// Builds the package and uses it in `SvelteKit`, Next, Parcel and Vite.
pub fn run(env: &Env) -> Result<ExitCode> {
    setup::ensure_only(env, Choice::from_environment()?, &["wasm", "npm", "bundlers"])?;
    let task = Task::start("building the package");
    let built = wasm::build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    built?;
    let status = wasm::npm(env).args(["run", "test:bundlers"]).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
