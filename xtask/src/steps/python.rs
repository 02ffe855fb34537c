//! The independent reading of the format in Python, and the Python package.

mod install;

use super::bench;
use super::step::{Run, Step};
use crate::python::{self, BINDINGS, WHEELS};
use anyhow::{Result, bail};
use std::path::Path;
use xshell::cmd;

/// Files without which a source distribution could not be built.
const IN_SDIST: [&str; 5] = [
    "/bindings-python/src/lib.rs",
    "/core/src/lib.rs",
    "/python/sealwax/py.typed",
    "/python/sealwax/_sealwax.pyi",
    "/Cargo.lock",
];

/// First the wheel, which most others need.
pub const STEPS: &[Step] = &[
    Step::new("python:wheel", "the wheel builds for every Python from 3.9 on", wheel).compiles(),
    Step::new("kms", "sealwax.kms against OpenBao, AWS, Google, Azure and a token", kms)
        .needs(&["python:wheel"]),
    Step::new("fs", "sealwax.fs over memory, a disk and S3, with fsspec's own suites", fs)
        .needs(&["python:wheel"]),
    Step::new("python:test", "the Python API: vectors, files, providers, examples", test)
        .needs(&["python:wheel"]),
    Step::new("python:types", "mypy --strict and stubtest agree with the package", types)
        .needs(&["python:wheel"]),
    Step::new("python:abi3", "the wheel works in other versions of Python", install::abi3)
        .needs(&["python:wheel"]),
    Step::new("python:sdist", "the source distribution is complete and installs", sdist).compiles(),
    Step::new("python:install", "pip installs the folder, and the command works", |run| {
        install::pip(run, "from-folder", &run.env.root.join(BINDINGS))
    })
    .compiles(),
    Step::new("python:bench", "the benchmark runs, on tiny inputs and without peers", |run| {
        let (sh, python) = (&run.sh, run.env.python());
        run.exec(cmd!(sh, "cargo build --profile checked --package sealwax --example rate"))?;
        let (bench, rate) =
            (format!("{BINDINGS}/bench/bench.py"), run.env.target.join("checked/examples/rate"));
        bench::rows(&run.exec(cmd!(sh, "{python} {bench} --quick --core {rate}"))?)
    })
    .compiles()
    .needs(&["python:wheel"]),
    Step::new("reference", "an independent reading of the format agrees with the vectors", |run| {
        pytest(run, "", &["core/reference"], &[])
    }),
];

/// Runs pytest in a folder of the workspace.
pub fn pytest(
    run: &Run,
    folder: &str,
    arguments: &[&str],
    variables: &[(&str, &Path)],
) -> Result<String> {
    let (sh, python, junit) = (run.env.shell_in(folder)?, run.env.python(), run.junit());
    let report = ["--quiet", "--override-ini=junit_family=xunit2", "--junitxml"];
    let pytest = cmd!(sh, "{python} -m pytest {report...} {junit} {arguments...}");
    run.tests(pytest.envs(variables.iter().copied()))
}

/// Builds with the gate's profile, so that nothing is compiled twice.
fn wheel(run: &Run) -> Result<String> {
    let wheel = python::wheel(run.env, "checked", WHEELS, run.task)?;
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !name.contains("-cp39-abi3-") || !name.contains("linux") {
        bail!("{name} is not for every Python from 3.9 on");
    }
    let (sh, python) = (&run.sh, run.env.python());
    let install = ["pip", "install", "--force-reinstall", "--no-deps", "--no-index"];
    run.exec(cmd!(sh, "{python} -m {install...} {wheel}"))?;
    Ok(name)
}

fn sdist(run: &Run) -> Result<String> {
    let folder = run.env.fresh_folder("tools/sdist")?;
    let (sh, python) = (&run.sh, run.env.python());
    let manifest = format!("{BINDINGS}/Cargo.toml");
    run.exec(cmd!(sh, "{python} -m maturin sdist --out {folder} --manifest-path {manifest}"))?;
    let archive = python::only_file(&folder)?;
    let listed = run.exec(cmd!(sh, "tar --list --file {archive}"))?;
    for wanted in IN_SDIST {
        if !listed.lines().any(|line| line.ends_with(wanted)) {
            bail!("{wanted} is not in {}", archive.display());
        }
    }
    install::pip(run, "from-sdist", &archive)?;
    Ok(format!("{} files", listed.lines().count()))
}

fn types(run: &Run) -> Result<String> {
    let (sh, python) = (run.env.shell_in(BINDINGS)?, run.env.python());
    run.exec(cmd!(sh, "{python} -m mypy"))?;
    let folder = run.env.root.join(BINDINGS);
    let (allowed, config) = (folder.join("tests/stubtest.txt"), folder.join("pyproject.toml"));
    // Outside of the sources, so that the installed package is checked.
    sh.change_dir(run.env.tool("venv"));
    let allow = ["--ignore-unused-allowlist", "--allowlist"];
    run.pass(cmd!(
        sh,
        "{python} -m mypy.stubtest sealwax {allow...} {allowed} --mypy-config-file {config}"
    ))
}

/// sealwax.kms and sealwax.fs need servers, and have steps of their own.
fn test(run: &Run) -> Result<String> {
    let others = ["--ignore", "tests/kms", "--ignore", "tests/fs"];
    pytest(run, BINDINGS, &[["--numprocesses", "2"].as_slice(), &others].concat(), &[])
}

/// Libraries that take long to install have a command of their own.
fn fs(run: &Run) -> Result<String> {
    let together = ["--numprocesses", "2", "--dist", "loadgroup"];
    pytest(run, BINDINGS, &[together.as_slice(), &["-m", "not readers", "tests/fs"]].concat(), &[])
}

/// What has a command or a step of its own is left out.
fn kms(run: &Run) -> Result<String> {
    let others = ["--ignore", "tests/kms/cross", "--ignore", "tests/kms/full"];
    let together = ["--numprocesses", "2", "--dist", "loadgroup", "tests/kms"];
    pytest(run, BINDINGS, &[together.as_slice(), &others].concat(), &[])
}
