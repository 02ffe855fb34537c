//! `cargo xtask bench python`: the Python package against the core, the system and its peers.

use super::{NOTES, machine};
use crate::env::Env;
use crate::process;
use crate::python;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// Where `--save` writes.
const RESULTS: &str = "bindings-python/BENCH.md";
const HEAD: &str = "\
# Speed of the Python package

`cargo xtask bench python --save` writes this part; the notes below are written by hand. All sides take
turns in one run, and the best time of each counts: [bench/bench.py](bench/bench.py). The wheel and the
core are built with the profile `release`; the peers are the newest releases that pip finds, used as
their documentation says ([bench/peers.py](bench/peers.py)). A ratio is how many times as fast Sealwax
is, or how many times as long or as large where the target is `≤`.
";
const PEERS: &str = "bindings-python/bench/requirements.txt";

/// Installs a release of the package beside its peers, and measures.
pub fn run(env: &Env, quick: bool, save: bool) -> Result<ExitCode> {
    let task = Task::start("building the package and installing its peers");
    let built = build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let mut bench = built?;
    if quick {
        bench.arg("--quick");
    }
    let output = bench.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the benchmark failed: {}", output.status);
    }
    let table = String::from_utf8(output.stdout).context("the table is text")?;
    println!("\n{table}");
    if save {
        let path = env.root.join(RESULTS);
        let before = fs::read_to_string(&path).unwrap_or_default();
        let notes = before.find(NOTES).map_or(NOTES, |at| &before[at..]);
        fs::write(&path, format!("{HEAD}\n{}\n{table}\n{notes}", machine(env)?))?;
        println!("written to {RESULTS}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The benchmark, ready to run in an environment of its own.
fn build(env: &Env, task: &Task) -> Result<Command> {
    let mut cargo = env.cargo("build");
    cargo.args(["--package", "sealwax", "--release", "--example", "rate"]);
    process::run(&mut cargo, task)?;
    let wheel = python::wheel(env, "release", "bench-wheels", task)?;
    let python = environment(env, task)?;
    let mut uv = python::uv(env)?;
    uv.args(["pip", "install", "--reinstall", "--no-deps", "--no-index", "--python"]);
    process::run(uv.arg(&python).arg(wheel), task)?;
    let mut bench = env.program(python);
    bench.arg(env.root.join("bindings-python/bench/bench.py"));
    bench.arg("--core").arg(env.target.join("release/examples/rate"));
    bench.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(bench)
}

/// The Python of an environment with the peers, made anew when their list has changed.
fn environment(env: &Env, task: &Task) -> Result<PathBuf> {
    let folder = env.target.join("tools/bench-python");
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed-requirements.txt"));
    if fs::read(&stamp).ok() == Some(fs::read(env.root.join(PEERS))?) {
        return Ok(python);
    }
    python::venv(env, &env.venv().join("bin/python"), "bench-python", task)?;
    let mut uv = python::uv(env)?;
    uv.args(["pip", "install", "--requirement", PEERS, "--python"]);
    process::run(uv.arg(&python), task)?;
    fs::copy(env.root.join(PEERS), stamp)?;
    Ok(python)
}
