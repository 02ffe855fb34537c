//! `cargo xtask test-python`: the tests of the Python package in every version of Python that this
//! machine has, and with Debian's PyTorch. The gate runs them in one version.

use crate::env::Env;
use crate::process;
use crate::python::{self, BINDINGS};
use crate::setup::apt;
use crate::ui::{Task, task};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::ExitCode;
use xshell::cmd;

/// The packages that the tests need in every version; tests that need more are skipped.
const PACKAGES: [&str; 7] =
    ["pytest", "pytest-xdist", "hypothesis", "tqdm", "typing_extensions", "fsspec", "sqlalchemy"];
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// Runs all of it, and fails at the end if anything did.
pub fn run(env: &Env) -> Result<ExitCode> {
    let wheel = task("the wheel", |task| python::wheel(env, "checked", "tools/test-python", task))?;
    let mut failed = Vec::new();
    for other in python::others(env)? {
        let name = format!("Python {}", other.version);
        let suite = |task: &Task| {
            let python = python::venv(env, &other.program, "tools/suite-python", task)?;
            install(env, &python, &wheel, task)?;
            let others = ["tests/kms", "tests/fs", "tests/columns"];
            let others = others.map(|folder| ["--ignore", folder]).concat();
            pytest(env, &python, &[["--numprocesses", "2"].as_slice(), &others].concat(), task)
        };
        failed.extend(task(&name, suite).err().map(|error| format!("{name}: {error:#}")));
    }
    failed.extend(task("PyTorch", |task| torch(env, &wheel, task)).err().map(|e| format!("{e:#}")));
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The tests of PyTorch, by the system's Python: PyPI's PyTorch brings five gigabytes of CUDA.
fn torch(env: &Env, wheel: &Path, task: &Task) -> Result<()> {
    apt::install(env, apt::missing(env, &["python3-torch"])?)?;
    let (sh, own) = (env.shell()?, env.python());
    let folder = env.fresh_folder("tools/torch-python")?;
    let options = ["--quiet", "--clear", "--system-site-packages", "--python", SYSTEM_PYTHON];
    process::run(cmd!(sh, "{own} -m uv venv {options...} {folder}"), task)?;
    let python = folder.join("bin/python");
    install(env, &python, wheel, task)?;
    pytest(env, &python, &["tests/test_interop.py", "-k", "torch", "-p", "no:cacheprovider"], task)
}

fn install(env: &Env, python: &Path, wheel: &Path, task: &Task) -> Result<()> {
    let (sh, own) = (env.shell()?, env.python());
    let command = cmd!(sh, "{own} -m uv pip install --python {python} {PACKAGES...} {wheel}");
    process::run(command, task).map(drop)
}

/// pytest itself fails if no test ran.
fn pytest(env: &Env, python: &Path, arguments: &[&str], task: &Task) -> Result<()> {
    let sh = env.shell_in(BINDINGS)?;
    process::run(cmd!(sh, "{python} -m pytest --quiet {arguments...}"), task).map(drop)
}
