//! The fuzz targets: fuzzing itself is `cargo xtask fuzz`, and its comparisons run on random
//! inputs among the core's tests.

use super::step::{Outcome, Run, Step};
use crate::fuzz::{FOLDER, seed_lock_file};
use anyhow::Result;

/// The targets must compile, without the fuzzer's own runtime.
pub fn steps() -> Vec<Step> {
    vec![Step::new("fuzz", "the fuzz targets compile without a lint", check)]
}

fn check(run: &Run) -> Result<Outcome> {
    seed_lock_file(run.env)?;
    let mut cargo = run.env.program("cargo");
    cargo.args(["clippy", "--manifest-path"]).arg(run.env.root.join(FOLDER).join("Cargo.toml"));
    // The same directory: most dependencies are there already.
    cargo.arg("--target-dir").arg(&run.env.target);
    cargo.args(["--profile", "checked", "--no-default-features", "--", "-D", "warnings"]);
    run.pass(&mut cargo)
}
