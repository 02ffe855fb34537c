//! Installs the package as people do, each time into a new virtual environment.

use crate::python::{self, WHEELS};
use crate::steps::step::Run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use xshell::cmd;

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

/// `pip install` of a folder or of a source distribution, on a machine that has Rust.
pub(super) fn pip(run: &Run, name: &str, source: &Path) -> Result<String> {
    let python = python::venv(run.env, &run.env.python(), &format!("tools/{name}"), run.task)?;
    // With the gate's profile, which an unpacked archive does not know.
    let profiles = run.env.root.join(".cargo/config.toml");
    let arguments = format!("--profile checked --config {}", profiles.display());
    let (sh, install) = (&run.sh, ["install", "--quiet", "--disable-pip-version-check"]);
    let pip = cmd!(sh, "{python} -m pip {install...} {source}");
    run.exec(pip.env("MATURIN_PEP517_ARGS", arguments))?;
    command_line(run, &python)?;
    Ok(String::new())
}

/// The command that was installed encrypts and decrypts a file.
fn command_line(run: &Run, python: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let text = "06:12 high\n";
    fs::write(folder.path().join("plain"), text)?;
    let (sh, sealwax) = (&run.sh, python.with_file_name("sealwax"));
    let _there = sh.push_dir(folder.path());
    run.exec(cmd!(sh, "{sealwax} keygen secret.key"))?;
    run.exec(cmd!(sh, "{sealwax} encrypt --key secret.key plain sealed"))?;
    run.exec(cmd!(sh, "{sealwax} verify --key secret.key sealed"))?;
    run.exec(cmd!(sh, "{sealwax} decrypt --key secret.key sealed again"))?;
    if fs::read_to_string(folder.path().join("again"))? != text {
        bail!("`sealwax decrypt` gave something else than was encrypted");
    }
    Ok(())
}

/// Checks that the wheel uses only the stable ABI of Python 3.9, and works in every version that
/// this machine has.
pub(super) fn abi3(run: &Run) -> Result<String> {
    let wheel =
        python::only_file(&run.env.target.join(WHEELS)).context("run python:wheel first")?;
    let (sh, own) = (&run.sh, run.env.python());
    let audit = own.with_file_name("abi3audit");
    run.exec(cmd!(sh, "{audit} --strict --summary {wheel}"))?;
    let mut versions = Vec::new();
    for other in python::others(run.env)? {
        let python = python::venv(run.env, &other.program, "tools/other-python", run.task)?;
        let install = ["pip", "install", "--no-deps", "--no-index", "--python"];
        run.exec(cmd!(sh, "{own} -m uv {install...} {python} {wheel}"))?;
        let output = run.exec(cmd!(sh, "{python} -c {SMOKE}"))?;
        if output.trim() != "bad_magic" {
            bail!("Python {}: {output}", other.version);
        }
        versions.push(other.version);
    }
    Ok(format!("audited; {} other versions {}", versions.len(), versions.join(" ")))
}
