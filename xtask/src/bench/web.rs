//! `cargo xtask bench web`: the upload page in Chromium, sealed against unsealed.

use crate::demo::web;
use crate::env::Env;
use crate::toolchain::Choice;
use crate::wasm;
use anyhow::{Context, Result, bail};
use std::process::{ExitCode, Stdio};

/// Where `--save` writes.
const RESULTS: &str = "bindings-wasm/demo/BENCH.md";
const TITLE: &str = "# The upload page, measured

`cargo xtask bench web --save` writes this part; the notes below are written by hand. How a figure is
taken is told in [tests/measure/main.mjs](tests/measure/main.mjs).";

/// Builds the package, runs the measurement, and prints or saves its table.
pub fn run(env: &Env, quick: bool, save: bool) -> Result<ExitCode> {
    wasm::run(env, Choice::from_environment()?)?;
    let mut measure = web::measure(env);
    if quick {
        measure.arg("--quick");
    }
    // What goes on is told on standard error.
    let output = measure.stderr(Stdio::inherit()).output()?;
    let table = String::from_utf8(output.stdout).context("the table is text")?;
    println!("\n{table}");
    if save && !table.is_empty() {
        super::save(env, RESULTS, TITLE, &table)?;
    }
    if !output.status.success() {
        bail!("a target was missed, or the measurement failed: {}", output.status);
    }
    Ok(ExitCode::SUCCESS)
}
