//! `cargo xtask bench python`: the Python package against the core, the system and its peers.

use super::Bench;
use crate::env::Env;
use crate::process;
use crate::python;
use crate::ui::Task;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const PEERS: &str = "bindings-python/bench/requirements.txt";

pub const BENCH: Bench = Bench {
    file: "bindings-python/BENCH.md",
    title: "\
# Speed of the Python package

`cargo xtask bench python --save` writes this part; the notes below are written by hand. All sides take
turns in one run, and the best time of each counts: [bench/bench.py](bench/bench.py). The wheel and the
core are built with the profile `release`; the peers are the newest releases that pip finds, used as
their documentation says ([bench/peers.py](bench/peers.py)). A ratio is how many times as fast Sealwax
is, or how many times as long or as large where the target is `≤`.
",
    program: |env, _options, task| build(env, task),
};

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
