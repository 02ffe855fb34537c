//! `cargo xtask test-readers`: libraries that open URLs, on sealed objects. The gate tests a few.

use crate::env::Env;
use crate::process;
use crate::python::{self, BINDINGS};
use crate::ui::{Task, task};
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;
use xshell::cmd;

const OWN: &str = "bindings-python/tests/fs/requirements.txt";
const GATE: &str = "xtask/python-requirements.txt";

/// Installs the readers into an environment of their own, and runs their tests.
pub fn run(env: &Env) -> Result<ExitCode> {
    let wheel = task("the wheel", |task| python::wheel(env, "checked", "tools/readers", task))?;
    let python = task("the readers", |task| installed(env, &wheel, task))?;
    let (sh, tests) = (env.shell_in(BINDINGS)?, ["-m", "readers", "tests/fs", "tests/bulk"]);
    let together = ["--quiet", "--numprocesses", "2", "--dist", "loadgroup"];
    task("readers", |task| {
        process::run(cmd!(sh, "{python} -m pytest {together...} {tests...}"), task)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn installed(env: &Env, wheel: &Path, task: &Task) -> Result<std::path::PathBuf> {
    let (sh, own) = (env.shell()?, env.python());
    let python = python::venv(env, &own, "tools/readers-python", task)?;
    let lists = ["--requirement", GATE, "--requirement", OWN];
    let install = cmd!(sh, "{own} -m uv pip install --python {python} {lists...} {wheel}");
    process::run(install, task)?;
    Ok(python)
}
