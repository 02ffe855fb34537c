//! `cargo xtask test-kms-full`: the cases of the step `kms` against KMSs that take long to build.
//!
//! moto, swtpm and PyKMIP are installed; Kryoptic and local-kms are built. What cannot be had on a
//! machine is left out, and said. All of it runs where there is no network but this machine's own,
//! since some of the servers would listen on every address.

mod kryoptic;

use crate::env::{Env, which};
use crate::process;
use crate::setup;
use crate::ui::{Mark, Task};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::ExitCode;

const PACKAGES: [&str; 4] = ["swtpm", "tpm2-tools", "opensc", "softhsm2"];
const REQUIREMENTS: &str = "xtask/python-requirements-full.txt";
const LOCAL_KMS: &str = "github.com/nsmithuk/local-kms@v0.0.0-20260228092603-2a5e92d09ab6";

/// Installs, builds, and runs the tests.
pub fn run(env: &Env) -> Result<ExitCode> {
    setup::packages(env, &PACKAGES)?;
    // The quick step's own set-up: the virtual environment with the package in it.
    let mut first = env.program(std::env::current_exe()?);
    if !first.args(["test", "--only", "python:wheel"]).status()?.success() {
        bail!("the package for Python does not build");
    }
    built("servers in Python", |task| {
        let mut uv = env.program(env.venv().join("bin/uv"));
        uv.args(["pip", "install", "--requirement", REQUIREMENTS, "--python"]);
        process::run(uv.arg(env.venv().join("bin/python")), task)
    })?;
    // In a network of its own, where `alone.py` runs pytest; what a server leaves ends with it.
    let mut pytest = env.program("unshare");
    pytest
        .args(["--net", "--pid", "--fork", "--kill-child", "--map-root-user"])
        .arg(env.venv().join("bin/python"));
    pytest.args(["tests/kms/full/alone.py", "-q", "tests/kms/full"]);
    pytest.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(env.root.join("bindings-python"));
    for (variable, module) in [
        ("SEALWAX_KRYOPTIC", built("Kryoptic", |task| kryoptic::build(env, task)).ok()),
        ("SEALWAX_LOCAL_KMS", built("local-kms", |task| local_kms(env, task)).ok()),
    ] {
        module.map(|path| pytest.env(variable, path));
    }
    Ok(if pytest.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One part, with its end on a line of its own.
fn built<T>(name: &str, make: impl FnOnce(&Task) -> Result<T>) -> Result<T> {
    let task = Task::start(name);
    let made = make(&task);
    if let Err(error) = &made {
        task.end(Mark::Failed, "left out");
        eprintln!("{error:#}");
    } else {
        task.end(Mark::Ok, "");
    }
    made
}

/// A program in Go.
fn local_kms(env: &Env, task: &Task) -> Result<PathBuf> {
    let folder = env.target.join("tools/local-kms");
    let program = folder.join("local-kms");
    if !program.is_file() {
        if which("go").is_none() {
            bail!("local-kms needs Go");
        }
        process::run(env.program("go").env("GOBIN", &folder).args(["install", LOCAL_KMS]), task)?;
    }
    Ok(program)
}
