//! Runs a Windows program with Debian's wine.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Where Debian has the program; it is not in `PATH`.
const DEBIAN: &str = "/usr/lib/wine/wine64";

/// Rust's standard library gets random numbers from this DLL of Windows. Wine has it since version 8.15,
/// but Debian 12 has an older one.
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
    // A separate home, no window, and no messages of wine.
    sh.set_var("WINEPREFIX", env.target.join("c/wine"));
    sh.set_var("WINEDEBUG", "-all");
    sh.set_var("WINEDLLOVERRIDES", "mscoree,mshtml=");
    process::run(cmd!(sh, "{wine} {program}").env_remove("DISPLAY"), task)
}
