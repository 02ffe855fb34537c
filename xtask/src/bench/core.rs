//! `cargo xtask bench core`: the core against the limit of the hardware.

use super::{Bench, Options};
use crate::env::Env;
use anyhow::Result;
use std::process::{Command, ExitCode};

pub const BENCH: Bench = Bench {
    file: "core/benches/RESULTS.md",
    title: "\
# Speed, measured

`cargo xtask bench core --save` writes this part; the notes below are written by hand. How a figure
and its limit are measured is told in [speed/main.rs](speed/main.rs).
",
    program: |env, options, _task| Ok(cargo(env, "speed", options)),
};

/// The parts one by one, by divan.
pub fn parts(env: &Env, options: &Options) -> Result<ExitCode> {
    let status = cargo(env, "parts", options).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo(env: &Env, bench: &str, options: &Options) -> Command {
    let mut cargo = env.cargo("bench");
    cargo.args(["--package", "sealwax", "--bench", bench, "--"]).args(&options.groups);
    cargo
}
