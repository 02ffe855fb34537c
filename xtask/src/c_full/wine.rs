//! Runs a program of Windows with Debian's wine.

use crate::env::{Env, which};
use crate::process;
use crate::ui::Task;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    which("wine64").or_else(|| Some(PathBuf::from(DEBIAN)).filter(|path| path.is_file()))
}

/// Runs a program; returns what it prints.
pub fn run(env: &Env, wine: &Path, compiler: &str, program: &Path, task: &Task) -> Result<String> {
    let source = program.with_file_name("random.c");
    fs::write(&source, RANDOM_DLL)?;
    let mut gcc = env.program(compiler);
    gcc.args(["-shared", "-o"]).arg(program.with_file_name("bcryptprimitives.dll"));
    process::run(gcc.arg(&source).arg("-ladvapi32"), task)?;
    let mut wine: Command = env.program(wine);
    // A home of its own, without a window and without messages of wine's.
    wine.env("WINEPREFIX", env.target.join("c/wine")).env("WINEDEBUG", "-all");
    wine.env("WINEDLLOVERRIDES", "mscoree,mshtml=").env_remove("DISPLAY");
    process::run(wine.arg(program), task)
}
