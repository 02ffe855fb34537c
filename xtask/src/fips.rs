//! `cargo xtask fips`: the core with AWS-LC's FIPS module below it.
//!
//! Not a step of `cargo xtask test`, because building the module needs Go and CMake.

use crate::env::{Env, which};
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};

/// What building the module needs, and the Debian package that has it.
const NEEDED: [(&str, &str); 2] = [("go", "golang"), ("cmake", "cmake")];

/// Builds the module, then runs lints and tests with the feature `fips`.
pub fn run(env: &Env) -> Result<ExitCode> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(tool, _)| which(tool).is_none())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        bail!("the FIPS module needs: apt-get install {}", missing.join(" "));
    }
    let core = ["--package", "sealwax", "--features", "fips", "--profile", "checked"];
    let mut clippy = env.cargo("clippy");
    clippy.args(core).args(["--all-targets", "--", "-D", "warnings"]);
    let mut test = env.cargo("test");
    test.args(core);
    Ok(if passes(clippy)? && passes(test)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn passes(mut command: Command) -> Result<bool> {
    Ok(command.status()?.success())
}
