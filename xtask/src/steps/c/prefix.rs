//! The installation that all steps use, below `target/c`.

use crate::install_c::{self, Options, archive};
use crate::process;
use crate::steps::step::{Outcome, Run};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The gate's profile: with overflow checks, and with debug information for valgrind.
const PROFILE: &str = "checked";

/// Installed once for each run of xtask.
pub fn path(run: &Run) -> Result<PathBuf> {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    if let Some(prefix) = INSTALLED.get() {
        return Ok(prefix.clone());
    }
    let prefix = install(run, "c/prefix", "lib")?;
    Ok(INSTALLED.get_or_init(|| prefix).clone())
}

/// Installed anew into a folder below `target`.
pub fn install(run: &Run, folder: &str, libdir: &str) -> Result<PathBuf> {
    let prefix = run.env.target.join(folder);
    if prefix.is_dir() {
        fs::remove_dir_all(&prefix)?;
    }
    let mut options = Options::new(prefix.clone(), PROFILE);
    options.libdir = libdir.into();
    install_c::install(run.env, &options, run.task)?;
    Ok(prefix)
}

/// A folder of its own for the files of one program; empty.
pub fn work(run: &Run, name: &str) -> Result<PathBuf> {
    let folder = run.env.target.join("c/work").join(name);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Flags that pkg-config gives for the installed library.
pub fn flags(run: &Run, arguments: &[&str]) -> Result<Vec<String>> {
    flags_of(run, &path(run)?.join("lib"), arguments)
}

/// The same for the library in this folder.
pub fn flags_of(run: &Run, lib: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    let mut config = run.env.program("pkg-config");
    config.env("PKG_CONFIG_PATH", lib.join("pkgconfig")).args(arguments);
    let output = process::ask(config.arg("sealwax"))?;
    Ok(output.split_whitespace().map(str::to_owned).collect())
}

/// What both libraries export, and under which name programs will look for the shared one.
pub fn check(run: &Run) -> Result<Outcome> {
    let lib = path(run)?.join("lib");
    let shared = archive::exported(run.env, &lib.join("libsealwax.so"))?;
    let fixed = archive::global(run.env, &lib.join("libsealwax.a"))?;
    for name in shared.iter().chain(&fixed) {
        if !name.starts_with("sealwax_") {
            bail!("exported, though no part of the API: {name}");
        }
    }
    let (mut one, mut other) = (shared.clone(), fixed);
    one.sort_unstable();
    other.sort_unstable();
    if one != other {
        bail!("the libraries export different names: {one:?} and {other:?}");
    }
    let header = fs::read_to_string(lib.join("../include/sealwax.h"))?;
    if let Some(name) = one.iter().find(|name| !header.contains(&format!("{name}("))) {
        bail!("exported, but not in sealwax.h: {name}");
    }
    let dynamic =
        process::ask(run.env.program("readelf").arg("-d").arg(lib.join("libsealwax.so")))?;
    if !dynamic.contains("[libsealwax.so.0]") || dynamic.contains("libcrypto") {
        bail!("the shared library has another soname or needs more than it should:\n{dynamic}");
    }
    Ok(Outcome::Passed(format!("{} functions", one.len())))
}
