//! Runs a program of Windows with Debian's wine.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Where Debian has the program; it is not in `PATH`.
const DEBIAN: &str = "/usr/lib/wine/wine64";

/// Rust's standard library draws its random numbers from this DLL of Windows, which wine has since
/// version 8.15 and Debian 12 has not.
const RANDOM_DLL: &str = "\
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T len) {
  return RtlGenRandom(data, (ULONG)len);
}
";

/// Whether wine is here.
pub fn find() -> Option<PathBuf> {
    which::which("wine64")
        .ok()
        .or_else(|| Some(PathBuf::from(DEBIAN)).filter(|path| path.is_file()))
}

/// Runs a program; returns what it prints.
pub fn run(env: &Env, wine: &Path, compiler: &str, program: &Path, task: &Task) -> Result<String> {
    let source = program.with_file_name("random.c");
    fs::write(&source, RANDOM_DLL)?;
    let (sh, dll) = (env.shell()?, program.with_file_name("bcryptprimitives.dll"));
    process::run(cmd!(sh, "{compiler} -shared -o {dll} {source} -ladvapi32"), task)?;
    // A home of its own, without a window and without messages of wine's.
    sh.set_var("WINEPREFIX", env.target.join("c/wine"));
    sh.set_var("WINEDEBUG", "-all");
    sh.set_var("WINEDLLOVERRIDES", "mscoree,mshtml=");
    process::run(cmd!(sh, "{wine} {program}").env_remove("DISPLAY"), task)
}
