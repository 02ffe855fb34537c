//! `cargo xtask fuzz`: runs the fuzz targets of the core and of the C library.

mod c;

use crate::env::{self, Env};
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The crate of the targets. It has a workspace of its own.
pub const FOLDER: &str = "core/fuzz";
/// The release of cargo-fuzz that is installed where none is found.
const CARGO_FUZZ: &str = "0.13.2";

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct Options {
    /// For how many seconds each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets; all without any.
    targets: Vec<String>,
}

/// Runs the targets one after the other; fails at the first that finds something.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let mut known = targets(env)?;
    known.push(c::TARGET.to_owned());
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("there is no target {unknown}, only {}", known.join(", "));
    }
    let chosen = if options.targets.is_empty() { &known } else { &options.targets };
    for target in chosen {
        println!("==> {target}, {} s", options.seconds);
        if target == c::TARGET {
            c::run(env, options.seconds)?;
            continue;
        }
        let program = cargo_fuzz(env)?;
        seed_lock_file(env)?;
        let mut command = fuzz(env, &program, target, options.seconds);
        if !command.status()?.success() {
            bail!("{target} has found something: see above, and {FOLDER}/artifacts/{target}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of the targets: one file each.
fn targets(env: &Env) -> Result<Vec<String>> {
    let folder = env.root.join(FOLDER).join("fuzz_targets");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort_unstable();
    Ok(names)
}

/// cargo-fuzz, from the search path or installed among the project's own tools.
fn cargo_fuzz(env: &Env) -> Result<PathBuf> {
    let own = env.target.join("tools/bin/cargo-fuzz");
    if let Some(found) = env::which("cargo-fuzz").or_else(|| own.is_file().then(|| own.clone())) {
        return Ok(found);
    }
    let task = Task::start(format!("installing cargo-fuzz {CARGO_FUZZ}"));
    let mut cargo = env.program("cargo");
    cargo.args(["install", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ, "--root"]);
    process::run(cargo.arg(env.target.join("tools")), &task)?;
    task.end(Mark::Ok, "");
    Ok(own)
}

/// The crate has no lock file of its own: it starts with the versions that the project uses.
pub fn seed_lock_file(env: &Env) -> Result<()> {
    let from = env.root.join("Cargo.lock");
    std::fs::copy(&from, env.root.join(FOLDER).join("Cargo.lock")).context("Cargo.lock")?;
    Ok(())
}

fn fuzz(env: &Env, program: &Path, target: &str, seconds: u32) -> Command {
    let mut command = env.program(program);
    command.args(["run", "--fuzz-dir", FOLDER, target]);
    command.arg("--").arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    // The sanitizers are switches of the compiler that are not stable yet.
    command.env("RUSTC_BOOTSTRAP", "1");
    command
}
