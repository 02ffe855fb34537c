//! `cargo xtask test-kms-full`: the cases of the step `kms` against KMSs that take long to build.
//!
//! moto, swtpm and PyKMIP are installed; Kryoptic and local-kms are built. What cannot be had on a
//! machine is left out, and said. All of it runs where there is no network but this machine's own,
//! since some of the servers would listen on every address.

mod kryoptic;

use crate::env::Env;
use crate::python::BINDINGS;
use crate::setup::{self, apt};
use crate::ui::{Task, task};
use crate::{process, steps};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::ExitCode;
use xshell::cmd;

const PACKAGES: [&str; 4] = ["swtpm", "tpm2-tools", "opensc", "softhsm2"];
const REQUIREMENTS: &str = "xtask/python-requirements-full.txt";
const LOCAL_KMS: &str = "github.com/nsmithuk/local-kms@v0.0.0-20260228092603-2a5e92d09ab6";

/// Installs, builds, and runs the tests.
pub fn run(env: &Env) -> Result<ExitCode> {
    apt::install(env, apt::missing(env, &PACKAGES)?)?;
    setup::ensure_only(env, &["python"])?;
    // The quick step's own set-up: the virtual environment with the package in it.
    steps::run_named(env, &["python:wheel"])?;
    let (sh, python) = (env.shell_in(BINDINGS)?, env.python());
    task("servers in Python", |task| {
        let list = env.root.join(REQUIREMENTS);
        process::run(cmd!(sh, "{python} -m uv pip install --requirement {list}"), task)
    })?;
    for (variable, module) in [
        ("SEALWAX_KRYOPTIC", task("Kryoptic", |task| kryoptic::build(env, task))),
        ("SEALWAX_LOCAL_KMS", task("local-kms", |task| local_kms(env, task))),
    ] {
        match module {
            Ok(path) => sh.set_var(variable, path),
            Err(error) => println!("left out: {error:#}"),
        }
    }
    // In a network of its own, where `alone.py` runs pytest; what a server leaves ends with it.
    let alone = ["--net", "--pid", "--fork", "--kill-child", "--map-root-user"];
    let tests = ["tests/kms/full/alone.py", "-q", "tests/kms/full"];
    process::show(cmd!(sh, "unshare {alone...} {python} {tests...}"))
}

/// A program in Go.
fn local_kms(env: &Env, task: &Task) -> Result<PathBuf> {
    let folder = env.tool("local-kms");
    let program = folder.join("local-kms");
    if !program.is_file() {
        if which::which("go").is_err() {
            bail!("local-kms needs Go");
        }
        let sh = env.shell()?;
        process::run(cmd!(sh, "go install {LOCAL_KMS}").env("GOBIN", &folder), task)?;
    }
    Ok(program)
}
