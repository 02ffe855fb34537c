//! The installation that all steps use, below `target/c`.

use crate::install_c::{self, Options, archive};
use crate::process;
use crate::steps::step::Run;
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use xshell::cmd;

/// Installed once for each run of xtask.
pub fn path(run: &Run) -> Result<PathBuf> {
    static INSTALLED: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(prefix) = &*installed {
        return Ok(prefix.clone());
    }
    let prefix = install(run, "c/prefix", "lib")?;
    Ok(installed.insert(prefix).clone())
}

/// Installs into an empty folder below `target`, with the gate's profile: it has overflow checks, and
/// debug information for valgrind.
pub fn install(run: &Run, folder: &str, libdir: &str) -> Result<PathBuf> {
    let prefix = run.env.fresh_folder(folder)?;
    let mut options = Options::new(prefix.clone(), "checked");
    options.libdir = libdir.into();
    install_c::install(run.env, &options, run.task)?;
    Ok(prefix)
}

/// Checks the exported names of both libraries, and the soname of the shared one.
pub fn check(run: &Run) -> Result<String> {
    let (sh, lib) = (&run.sh, path(run)?.join("lib"));
    let (fixed, shared) = (lib.join("libsealwax.a"), lib.join("libsealwax.so"));
    let mut names = archive::exported(run.env, &shared)?;
    let mut others = archive::global(run.env, &fixed)?;
    if let Some(name) = names.iter().chain(&others).find(|name| !name.starts_with("sealwax_")) {
        bail!("exported, though no part of the API: {name}");
    }
    names.sort_unstable();
    others.sort_unstable();
    if names != others {
        bail!("the libraries export different names: {names:?} and {others:?}");
    }
    let header = fs::read_to_string(lib.join("../include/sealwax.h"))?;
    if let Some(name) = names.iter().find(|name| !header.contains(&format!("{name}("))) {
        bail!("exported, but not in sealwax.h: {name}");
    }
    let dynamic = process::ask(cmd!(sh, "readelf -d {shared}"))?;
    if !dynamic.contains("[libsealwax.so.0]") || dynamic.contains("libcrypto") {
        bail!("the shared library has another soname or needs more than it should:\n{dynamic}");
    }
    Ok(format!("{} functions", names.len()))
}
