//! The programs that measure, built with the profile `release`; each knows `--quick`.

use crate::env::Env;
use crate::ui::Task;
use crate::{install_c, process, python, setup};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use xshell::cmd;

/// A benchmark of the core, against the limit of the hardware.
pub fn core(env: &Env, bench: &str, groups: &[String]) -> Result<Command> {
    let sh = env.shell()?;
    Ok(cmd!(sh, "cargo bench --package sealwax --bench {bench} -- {groups...}").into())
}

/// The C library against the Rust core, OpenSSL and libsodium: a Rust program that runs a C
/// program.
pub fn c(env: &Env, task: &Task) -> Result<Command> {
    let (sh, prefix) = (env.shell()?, env.target.join("c/bench"));
    install_c::install(env, &install_c::Options::new(prefix.clone(), "release"), task)?;
    process::run(cmd!(sh, "cargo build --package sealwax-c --release --example compare"), task)?;
    let (program, source) = (prefix.join("speed"), "bindings-c/bench/speed.c");
    let (include, library) = (prefix.join("include"), prefix.join("lib/libsealwax.a"));
    let libraries = ["-lcrypto", "-lsodium", "-lpthread", "-lm", "-ldl"];
    let compile = cmd!(sh, "gcc -std=c99 -O2 -o {program} {source} -I {include} {library}");
    process::run(compile.args(libraries), task)?;
    let compare = env.target.join("release/examples/compare");
    Ok(cmd!(sh, "{compare} {program}").into())
}

/// The Python package against the core, the system and its peers.
pub fn python(env: &Env, task: &Task) -> Result<Command> {
    setup::ensure_only(env, &["python", "python-bench"])?;
    let (sh, own, python) = (env.shell()?, env.python(), env.tool("bench-python/bin/python"));
    process::run(cmd!(sh, "cargo build --package sealwax --release --example rate"), task)?;
    let wheel = python::wheel(env, "release", "tools/bench-wheels", task)?;
    let install = ["install", "--reinstall", "--no-deps", "--no-index", "--python"];
    process::run(cmd!(sh, "{own} -m uv pip {install...} {python} {wheel}"), task)?;
    let (bench, rate) =
        ("bindings-python/bench/bench.py", env.target.join("release/examples/rate"));
    Ok(cmd!(sh, "{python} {bench} --core {rate}").into())
}

/// A loader of many objects under a real KMS, with and without a cache.
pub fn kms(env: &Env, task: &Task) -> Result<Command> {
    setup::ensure_only(env, &["python"])?;
    let (sh, python) = (env.shell()?, env.python());
    // A release build of the package, which shadows the one under test.
    let wheel = python::wheel(env, "release", "tools/bench-wheels", task)?;
    let package: PathBuf = env.fresh_folder("tools/bench-package")?;
    let install = ["install", "--quiet", "--no-deps", "--no-index", "--target"];
    process::run(cmd!(sh, "{python} -m pip {install...} {package} {wheel}"), task)?;
    Ok(cmd!(sh, "{python} bindings-python/bench/kms.py").env("PYTHONPATH", package).into())
}

/// The JavaScript package in Chromium against its limits and its peers.
pub fn wasm(env: &Env, task: &Task) -> Result<Command> {
    setup::ensure_only(env, &["wasm", "npm", "wasm-bench"])?;
    crate::wasm::build(env, task)?;
    crate::wasm::module(env, task, "sealwax-bench-bare", "build/bare")?;
    let sh = env.shell()?;
    Ok(cmd!(sh, "node bindings-wasm/bench/run.mjs").into())
}

/// The upload page in Chromium, sealed against unsealed.
pub fn web(env: &Env, task: &Task) -> Result<Command> {
    setup::ensure(env)?;
    crate::wasm::build(env, task)?;
    let sh = env.shell_in(crate::wasm::DEMO)?;
    Ok(cmd!(sh, "node tests/measure/main.mjs").into())
}
