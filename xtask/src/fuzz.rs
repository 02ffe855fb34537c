//! `cargo xtask fuzz`: runs the fuzz targets of the core and of the C library.

mod c;

use crate::env::Env;
use crate::{process, setup};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::ExitCode;
use xshell::cmd;

/// The crate of the targets. It has a workspace of its own.
const FOLDER: &str = "core/fuzz";

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct Options {
    /// How many seconds each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Run only these targets; by default all of them.
    targets: Vec<String>,
}

/// Runs the targets one after the other; fails at the first that finds something.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let mut known = targets(env)?;
    known.push(c::TARGET.to_owned());
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("there is no target {unknown}, only {}", known.join(", "));
    }
    setup::ensure_only(env, &["tools"])?;
    for target in if options.targets.is_empty() { &known } else { &options.targets } {
        println!("==> {target}, {} s", options.seconds);
        if target == c::TARGET {
            c::run(env, options.seconds)?;
        } else {
            core(env, target, options.seconds)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of the core's targets: one file each.
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

/// The crate has no lock file of its own: it starts with the versions that the project uses.
pub fn seed_lock_file(env: &Env) -> Result<()> {
    let from = env.root.join("Cargo.lock");
    std::fs::copy(&from, env.root.join(FOLDER).join("Cargo.lock")).context("Cargo.lock")?;
    Ok(())
}

fn core(env: &Env, target: &str, seconds: u32) -> Result<()> {
    seed_lock_file(env)?;
    let (sh, fuzz, seconds) = (env.shell()?, env.checker("cargo-fuzz")?, seconds.to_string());
    // The sanitizers are switches of the compiler that are not stable yet.
    sh.set_var("RUSTC_BOOTSTRAP", "1");
    let limits = ["-print_final_stats=1", &format!("-max_total_time={seconds}")];
    let run = cmd!(sh, "{fuzz} run --fuzz-dir {FOLDER} {target} -- {limits...}");
    if process::show(run)? != ExitCode::SUCCESS {
        bail!("{target} has found something: see above, and {FOLDER}/artifacts/{target}");
    }
    Ok(())
}
