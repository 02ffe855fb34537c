//! The installation that all steps use, below `target/c`.

use crate::install_c::{self, Options, archive};
use crate::process;
use crate::steps::step::Run;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
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
    fs::create_dir_all(run.env.target.join("c/bin"))?;
    Ok(installed.insert(prefix).clone())
}

/// Installed anew into a folder below `target`, with the gate's profile: with overflow checks, and
/// with debug information for valgrind.
pub fn install(run: &Run, folder: &str, libdir: &str) -> Result<PathBuf> {
    let prefix = run.env.fresh_folder(folder)?;
    let mut options = Options::new(prefix.clone(), "checked");
    options.libdir = libdir.into();
    install_c::install(run.env, &options, run.task)?;
    Ok(prefix)
}

/// A folder of its own for the files of one program; empty.
pub fn work(run: &Run, name: &str) -> Result<PathBuf> {
    run.env.fresh_folder(&format!("c/work/{name}"))
}

/// What a compiler is told to use the shared library.
pub fn shared(run: &Run) -> Result<Vec<String>> {
    let mut flags = flags(run, &["--cflags", "--libs"])?;
    flags.push(format!("-Wl,-rpath,{}", path(run)?.join("lib").display()));
    Ok(flags)
}

/// What a compiler is told to link the static library into a program that is not all static.
pub fn fixed(run: &Run) -> Result<Vec<String>> {
    let mut all = flags(run, &["--cflags"])?;
    all.push(path(run)?.join("lib/libsealwax.a").display().to_string());
    let private = flags(run, &["--libs-only-l", "--static"])?;
    all.extend(private.into_iter().filter(|flag| flag != "-lsealwax"));
    Ok(all)
}

/// Flags that pkg-config gives for the installed library.
pub fn flags(run: &Run, arguments: &[&str]) -> Result<Vec<String>> {
    flags_of(run, &path(run)?.join("lib"), arguments)
}

/// The same for the library in this folder.
pub fn flags_of(run: &Run, lib: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    let sh = &run.sh;
    let config = cmd!(sh, "pkg-config {arguments...} sealwax");
    let output = process::ask(config.env("PKG_CONFIG_PATH", lib.join("pkgconfig")))?;
    Ok(output.split_whitespace().map(str::to_owned).collect())
}

/// What both libraries export, and under which name programs will look for the shared one.
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
