//! `cargo xtask bench kms`: a loader of many objects under a real KMS, with and without a cache.

use crate::env::Env;
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

/// Where `--save` writes, up to the notes.
const RESULTS: &str = "bindings-python/bench/KMS.md";

/// Measures a release of the package, which is installed beside the one under test.
pub fn run(env: &Env, quick: bool, save: bool) -> Result<ExitCode> {
    let task = Task::start("building the package for release");
    let package = build(env, &task);
    task.end(if package.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let mut python = env.python();
    python.env("PYTHONPATH", package?).arg(env.root.join("bindings-python/bench/kms.py"));
    if quick {
        python.arg("--quick");
    }
    let output = python.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the benchmark failed: {}", output.status);
    }
    let table = String::from_utf8(output.stdout).context("the table is text")?;
    println!("\n{table}");
    if save {
        write(env, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A folder with the package, to be put before the one of the virtual environment.
fn build(env: &Env, task: &Task) -> Result<PathBuf> {
    let (wheels, package) =
        (env.target.join("tools/bench-wheels"), env.target.join("tools/bench-package"));
    for folder in [&wheels, &package] {
        if folder.is_dir() {
            fs::remove_dir_all(folder)?;
        }
    }
    let mut maturin = env.python();
    maturin.args(["-m", "maturin", "build", "--release", "--out"]).arg(&wheels);
    maturin.args(["--manifest-path", "bindings-python/Cargo.toml"]);
    process::run(maturin.env("CARGO_TARGET_DIR", &env.target), task)?;
    let wheel = only_file(&wheels)?;
    let mut pip = env.python();
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]);
    process::run(pip.arg(&package).arg(wheel), task)?;
    Ok(package)
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    Ok(fs::read_dir(folder)?.next().context("nothing was built")??.path())
}

fn write(env: &Env, table: &str) -> Result<()> {
    let path = env.root.join(RESULTS);
    let before = fs::read_to_string(&path).unwrap_or_default();
    let notes = before.find(super::NOTES).map_or(super::NOTES, |at| &before[at..]);
    let text = format!(
        "# A loader under a KMS, measured\n\n`cargo xtask bench kms --save` writes this part; the \
         notes below are written by hand. How it is\nmeasured is told in [kms.py](kms.py).\n\n\
         {}\n{table}\n{notes}",
        super::machine(env)?
    );
    fs::write(&path, text)?;
    println!("written to {RESULTS}");
    Ok(())
}
