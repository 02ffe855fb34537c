//! The independent reading of the format in Python, and the Python bindings.

mod install;

use super::step::{Outcome, Run, Step, passed, tests_passed};
use crate::python::{self, BINDINGS};
use anyhow::{Result, bail};
use std::process::Command;

const REFERENCE: &str = "core/reference";
/// Where the wheel is built, below the tools.
const WHEELS: &str = "wheels";

/// Files without which a source distribution could not be built.
const IN_SDIST: [&str; 5] = [
    "/bindings-python/src/lib.rs",
    "/core/src/lib.rs",
    "/python/sealwax/py.typed",
    "/python/sealwax/_sealwax.pyi",
    "/Cargo.lock",
];

/// The reference's tests, then the bindings': first the wheel, which the others need.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new(
            "reference",
            "an independent reading of the format agrees with the vectors",
            reference,
        ),
        Step::new("python:wheel", "the wheel builds for every Python from 3.9 on", wheel),
        Step::new("python:abi3", "the wheel works in other versions of Python", install::abi3),
        Step::new("python:sdist", "the source distribution is complete and installs", sdist),
        Step::new(
            "python:install",
            "pip installs the folder, and the command works",
            install::from_folder,
        ),
        Step::new("python:types", "mypy --strict and stubtest agree with the package", types),
        Step::new("python:test", "the Python API: vectors, files, providers, examples", test),
        Step::new("python:bench", "the benchmark runs, on tiny inputs and without peers", bench),
    ]
}

fn reference(run: &Run) -> Result<Outcome> {
    if !run.env.root.join(REFERENCE).is_dir() {
        return Ok(Outcome::Skipped(format!("there is no {REFERENCE}")));
    }
    let output = run.exec(python(run)?.args(["-m", "pytest", "--quiet", REFERENCE]))?;
    Ok(Outcome::Passed(format!("{} tests", tests_passed(&output))))
}

/// Python of the project's own environment.
fn python(run: &Run) -> Result<Command> {
    if !run.env.venv().is_dir() {
        bail!("the virtual environment is missing: run `cargo xtask setup --only python`");
    }
    Ok(run.env.python())
}

/// With the gate's profile, so that nothing is compiled twice; a release is built with its own.
fn wheel(run: &Run) -> Result<Outcome> {
    let wheel = python::wheel(run.env, "checked", WHEELS, run.task)?;
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !name.contains("-cp39-abi3-") || !name.contains("linux") {
        bail!("{name} is not for every Python from 3.9 on");
    }
    let mut pip = python(run)?;
    pip.args(["-m", "pip", "install", "--force-reinstall", "--no-deps", "--no-index"]);
    run.exec(pip.arg(&wheel))?;
    Ok(Outcome::Passed(name))
}

fn sdist(run: &Run) -> Result<Outcome> {
    let folder = python::fresh_folder(run.env, "sdist")?;
    let mut maturin = python(run)?;
    maturin.args(["-m", "maturin", "sdist", "--out"]).arg(&folder);
    run.exec(maturin.args(["--manifest-path", "bindings-python/Cargo.toml"]))?;
    let archive = python::only_file(&folder)?;
    let listed = run.exec(run.env.program("tar").arg("--list").arg("--file").arg(&archive))?;
    for wanted in IN_SDIST {
        if !listed.lines().any(|line| line.ends_with(wanted)) {
            bail!("{wanted} is not in {}", archive.display());
        }
    }
    install::from_sdist(run, &archive)?;
    Ok(Outcome::Passed(format!("{} files", listed.lines().count())))
}

fn types(run: &Run) -> Result<Outcome> {
    let folder = run.env.root.join(BINDINGS);
    run.exec(python(run)?.args(["-m", "mypy"]).current_dir(&folder))?;
    let mut stubtest = python(run)?;
    stubtest.args(["-m", "mypy.stubtest", "sealwax", "--allowlist"]);
    stubtest.arg(folder.join("tests/stubtest.txt")).arg("--ignore-unused-allowlist");
    stubtest.arg("--mypy-config-file").arg(folder.join("pyproject.toml"));
    // Away from the sources: what is installed is checked.
    run.exec(stubtest.current_dir(run.env.venv()))?;
    Ok(passed())
}

fn test(run: &Run) -> Result<Outcome> {
    let folder = run.env.root.join(BINDINGS);
    let mut pytest = python(run)?;
    // sealwax.kms needs servers, and has a step of its own.
    pytest.args(["-m", "pytest", "--quiet", "--numprocesses", "2", "--ignore", "tests/kms"]);
    let output = run.exec(pytest.current_dir(folder))?;
    match tests_passed(&output) {
        0 => bail!("no test ran:\n{output}"),
        count => Ok(Outcome::Passed(format!("{count} tests{}", skipped(&output)))),
    }
}

fn bench(run: &Run) -> Result<Outcome> {
    run.exec(run.cargo("build").args(["--package", "sealwax", "--example", "rate"]))?;
    let mut bench = python(run)?;
    bench.arg(run.env.root.join(BINDINGS).join("bench/bench.py")).arg("--quick").arg("--core");
    let output = run.exec(bench.arg(run.env.target.join("checked/examples/rate")))?;
    match output.lines().filter(|line| line.starts_with("| ")).count().checked_sub(2) {
        None | Some(0) => bail!("the table has no row:\n{output}"),
        Some(rows) => Ok(Outcome::Passed(format!("{rows} rows"))),
    }
}

/// What pytest did not run, with its reasons.
fn skipped(output: &str) -> String {
    let reasons: Vec<&str> = output.lines().filter(|line| line.starts_with("SKIPPED")).collect();
    if reasons.is_empty() { String::new() } else { format!("; {}", reasons.join("; ")) }
}
