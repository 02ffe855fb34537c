//! `cargo xtask bench c`: the C library against the Rust core, OpenSSL and libsodium.

use crate::env::Env;
use crate::install_c;
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compiles the C side against an installed release, and lets the Rust side ask it in turn.
pub fn run(env: &Env) -> Result<ExitCode> {
    let task = Task::start("building both sides");
    let built = build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let program = built?;
    let mut compare = env.program(env.target.join("release/examples/compare"));
    if compare.arg(program).status()?.success() {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("the measurement failed")
}

fn build(env: &Env, task: &Task) -> Result<PathBuf> {
    let prefix = env.target.join("c/bench");
    install_c::install(env, &prefix, "release", task)?;
    let mut cargo = env.cargo("build");
    cargo.args(["--package", "sealwax-c", "--release", "--example", "compare"]);
    process::run(&mut cargo, task)?;
    let program = prefix.join("speed");
    let mut gcc = env.program("gcc");
    gcc.args(["-std=c99", "-O2", "-o"]).arg(&program);
    gcc.arg(env.root.join("bindings-c/bench/speed.c")).arg("-I").arg(prefix.join("include"));
    gcc.arg(prefix.join("lib/libsealwax.a"));
    gcc.args(["-lcrypto", "-lsodium", "-lpthread", "-lm", "-ldl"]);
    process::run(&mut gcc, task)?;
    Ok(program)
}
