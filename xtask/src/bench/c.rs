//! `cargo xtask bench c`: the C library against the Rust core, OpenSSL and libsodium.

use super::{NOTES, Options, machine};
use crate::env::Env;
use crate::install_c;
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

/// Where `--save` writes.
const RESULTS: &str = "bindings-c/BENCH.md";
const HEAD: &str = "\
# Speed of the C library

`cargo xtask bench c --save` writes this part; the notes below are written by hand. The Rust core, the
C library, OpenSSL EVP (one AES-256-GCM message of all bytes) and libsodium (secretstream, 64 KiB at
once) take turns on buffers of the same size; streams are given 256 KiB at once. The best time of each
counts: [bench/compare.rs](bench/compare.rs) says why. Both sides are built with the profile
`release`.
";

/// Compiles the C side against an installed release, and lets the Rust side ask it in turn.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let task = Task::start("building both sides");
    let built = build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let mut compare = env.program(env.target.join("release/examples/compare"));
    compare.arg(built?);
    if options.quick {
        compare.arg("--quick");
    }
    let output = compare.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the measurement failed: {}", output.status);
    }
    let table = String::from_utf8(output.stdout).context("the table is text")?;
    println!("\n{table}");
    if options.save {
        save(env, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the first part of the results anew.
fn save(env: &Env, table: &str) -> Result<()> {
    let path = env.root.join(RESULTS);
    let before = fs::read_to_string(&path).unwrap_or_default();
    let notes = before.find(NOTES).map_or(NOTES, |at| &before[at..]);
    fs::write(&path, format!("{HEAD}\n{}\n{table}\n{notes}", machine(env)?))?;
    println!("written to {RESULTS}");
    Ok(())
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
