//! `cargo xtask test-python`: the tests of the Python package in every version of Python that this
//! machine has, and with Debian's PyTorch. The gate runs them in one version.

use crate::env::Env;
use crate::process;
use crate::python::{self, BINDINGS, Interpreter};
use crate::setup::apt;
use crate::ui::{Mark, Task};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the tests need in any version; those that need more say so and are skipped.
const PACKAGES: [&str; 5] = ["pytest", "pytest-xdist", "hypothesis", "tqdm", "typing_extensions"];
/// PyTorch from PyPI brings five gigabytes of CUDA; Debian's is for Debian's own Python.
const TORCH: &str = "python3-torch";
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// Runs all of it, and fails at the end if anything did.
pub fn run(env: &Env) -> Result<ExitCode> {
    let mut failed = Vec::new();
    let mut step = |name: String, work: &dyn Fn(&Task) -> Result<String>| {
        let task = Task::start(name.as_str());
        match work(&task) {
            Ok(note) => task.end(Mark::Ok, &note),
            Err(error) => {
                let took = task.end(Mark::Failed, "");
                println!("{error:#}");
                failed.push(name);
                took
            }
        };
    };
    let task = Task::start("the wheel");
    let wheel = python::wheel(env, "checked", "test-python", &task);
    task.end(if wheel.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let wheel = wheel?;
    for other in python::others(env)? {
        step(format!("Python {}", other.version), &|task| suite(env, &other, &wheel, task));
    }
    step("PyTorch".into(), &|task| torch(env, &wheel, task));
    println!(
        "{}",
        if failed.is_empty() { "all passed".into() } else { failed.join(", ") + " failed" }
    );
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The whole suite; returns pytest's last line.
fn suite(env: &Env, other: &Interpreter, wheel: &Path, task: &Task) -> Result<String> {
    let python = python::venv(env, &other.program, "suite-python", task)?;
    install(env, &python, wheel, task)?;
    pytest(env, &python, &["--numprocesses", "2", "--ignore", "tests/kms"], task)
}

/// The tests of PyTorch, by the system's Python.
fn torch(env: &Env, wheel: &Path, task: &Task) -> Result<String> {
    let has_torch =
        || process::ask(env.program(SYSTEM_PYTHON).args(["-c", "import torch"])).is_ok();
    if !has_torch() {
        apt::install(env, &[TORCH])?;
    }
    let folder = python::fresh_folder(env, "torch-python")?;
    let mut uv = python::uv(env)?;
    uv.args(["venv", "--quiet", "--clear", "--system-site-packages", "--python", SYSTEM_PYTHON]);
    process::run(uv.arg(&folder), task)?;
    let python: PathBuf = folder.join("bin/python");
    install(env, &python, wheel, task)?;
    pytest(env, &python, &["tests/test_interop.py", "-k", "torch", "-p", "no:cacheprovider"], task)
}

fn install(env: &Env, python: &Path, wheel: &Path, task: &Task) -> Result<()> {
    let mut uv = python::uv(env)?;
    uv.args(["pip", "install", "--python"]).arg(python).args(PACKAGES).arg(wheel);
    process::run(&mut uv, task).map(drop)
}

fn pytest(env: &Env, python: &Path, arguments: &[&str], task: &Task) -> Result<String> {
    let mut pytest = env.program(python);
    pytest.args(["-m", "pytest", "--quiet"]).args(arguments);
    pytest.current_dir(env.root.join(BINDINGS)).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = process::run(&mut pytest, task)?;
    anyhow::ensure!(crate::steps::tests_passed(&output) > 0, "no test ran:\n{output}");
    Ok(output.lines().last().unwrap_or_default().to_owned())
}
