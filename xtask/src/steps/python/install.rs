//! The package as people install it, each time into a new virtual environment.

use super::super::step::{Outcome, Run, passed};
use crate::python::{self, BINDINGS};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// What every version of Python must be able to do.
const SMOKE: &str = "
import sealwax
key, data = sealwax.LocalKey.generate(), bytearray(5_000_000)
assert sealwax.decrypt(sealwax.encrypt(data, key), key) == data
try:
    sealwax.decrypt(b'nothing', key)
except sealwax.SealwaxError as error:
    print(error.code)
";

/// `pip install ./bindings-python` on a machine that has Rust.
pub(super) fn from_folder(run: &Run) -> Result<Outcome> {
    install(run, "from-folder", &run.env.root.join(BINDINGS))
}

/// The same of a source distribution.
pub(super) fn from_sdist(run: &Run, archive: &Path) -> Result<Outcome> {
    install(run, "from-sdist", archive)
}

/// With the gate's profile and target directory; pip does everything else by itself.
fn install(run: &Run, name: &str, source: &Path) -> Result<Outcome> {
    let python = python::venv(run.env, &run.env.venv().join("bin/python"), name, run.task)?;
    let mut pip = run.env.program(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.arg(source);
    // An unpacked archive does not know the profile.
    let profiles = run.env.root.join(".cargo/config.toml");
    pip.env("MATURIN_PEP517_ARGS", format!("--profile checked --config {}", profiles.display()));
    run.exec(pip.env("CARGO_TARGET_DIR", &run.env.target))?;
    command_line(run, &python)?;
    Ok(passed())
}

/// The command that was installed encrypts and decrypts a file.
fn command_line(run: &Run, python: &Path) -> Result<()> {
    let folder = python::fresh_folder(run.env, "command-line")?;
    let text = "06:12 high\n";
    fs::write(folder.join("plain"), text)?;
    let sealwax = python.with_file_name("sealwax");
    for arguments in [
        "keygen secret.key",
        "encrypt --key secret.key plain sealed",
        "verify --key secret.key sealed",
        "decrypt --key secret.key sealed again",
    ] {
        let mut command = run.env.program(&sealwax);
        run.exec(command.args(arguments.split(' ')).current_dir(&folder))?;
    }
    if fs::read_to_string(folder.join("again"))? != text {
        bail!("`sealwax decrypt` gave something else than was encrypted");
    }
    Ok(())
}

/// The wheel uses nothing but the stable interface of Python 3.9, and works in every version that
/// this machine has.
pub(super) fn abi3(run: &Run) -> Result<Outcome> {
    let wheel = wheel(run)?;
    let mut audit = run.env.program(run.env.venv().join("bin/abi3audit"));
    run.exec(audit.args(["--strict", "--summary"]).arg(&wheel))?;
    let mut versions = Vec::new();
    for other in python::others(run.env)? {
        let python = python::venv(run.env, &other.program, "other-python", run.task)?;
        let mut uv = python::uv(run.env)?;
        uv.args(["pip", "install", "--no-deps", "--no-index", "--python"]);
        run.exec(uv.arg(&python).arg(&wheel))?;
        let output = run.exec(run.env.program(&python).args(["-c", SMOKE]))?;
        if output.trim() != "bad_magic" {
            bail!("Python {}: {output}", other.version);
        }
        versions.push(other.version);
    }
    let others =
        if versions.is_empty() { "no other Python here".into() } else { versions.join(" ") };
    Ok(Outcome::Passed(format!("audited; {others}")))
}

/// The wheel that the step before has built.
fn wheel(run: &Run) -> Result<PathBuf> {
    let folder = run.env.target.join("tools").join(super::WHEELS);
    if !folder.is_dir() {
        bail!("run the step python:wheel first");
    }
    python::only_file(&folder)
}
