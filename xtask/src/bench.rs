//! `cargo xtask bench`: the benchmarks of the core.

use crate::env::Env;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Passed on to the benchmark program, such as a filter.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    filter: Vec<String>,
}

/// Runs `cargo bench -p sealwax` with the output as it comes.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let mut cargo = env.cargo("bench");
    cargo.args(["--package", "sealwax"]);
    if !options.filter.is_empty() {
        cargo.arg("--").args(&options.filter);
    }
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
