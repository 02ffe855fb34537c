//! Debian's compiler: its packages, the cached sysroots, and cargo with both.

use super::{Target, rustup};
use crate::env::{Env, which};
use crate::process;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler, cargo, the sources of the standard library, and the linker.
pub const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// Debian's compiler by its full path: rustup's stays first in the search path.
pub const RUSTC: &str = "/usr/bin/rustc";
/// Debian's cargo.
pub const CARGO: &str = "/usr/bin/cargo";
/// Debian's rustdoc.
pub const RUSTDOC: &str = "/usr/bin/rustdoc";
/// Debian's linker, under the name of the package's version.
pub const LINKER: &str = "/usr/bin/lld-22";

/// Changes when [`super::recipe`] builds something else from the same packages.
const RECIPE: u32 = 1;

/// What would lead Debian's cargo back to the native toolchain or change what it builds.
const FOREIGN_VARIABLES: [&str; 11] = [
    "CARGO",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "LD_LIBRARY_PATH",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
];

/// Whether this machine has Debian's package manager at all.
pub fn is_possible() -> bool {
    which("apt-get").is_some() && which("dpkg-query").is_some()
}

/// The sysroot that the installed packages have built for `target`, if they have.
pub fn cached(env: &Env, target: Target) -> Result<Option<PathBuf>> {
    if !is_possible() {
        return Ok(None);
    }
    let Some(folder) = cache_folder(env, target) else {
        return Ok(None);
    };
    Ok(rustup::holds_core(&library_folder(&folder, target)).then_some(folder))
}

/// Where the sysroot of `target` belongs: one folder for each set of package versions.
/// `None` while a package is missing.
pub fn cache_folder(env: &Env, target: Target) -> Option<PathBuf> {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f=${db:Status-Status} ${Version}\n"]).args(PACKAGES);
    let lines = process::ask(&mut query).ok()?;
    let versions: Vec<&str> =
        lines.lines().map(|line| line.strip_prefix("installed ")).collect::<Option<_>>()?;
    let distinct: std::collections::BTreeSet<&str> = versions.into_iter().collect();
    let versions = distinct.into_iter().collect::<Vec<_>>().join("_");
    let key = format!("{versions}-r{RECIPE}-{}", target.triple());
    Some(env.cache.join("sysroots").join(file_name(&key)))
}

/// The folder of the target's libraries below a sysroot.
pub fn library_folder(sysroot: &Path, target: Target) -> PathBuf {
    sysroot.join("lib/rustlib").join(target.triple()).join("lib")
}

/// Debian's cargo, led to the sysroot by its compiler and to a target directory of its own.
pub fn cargo(env: &Env, sysroot: &Path, target_folder: &Path, subcommand: &str) -> Command {
    let mut command = env.program(CARGO);
    isolate(&mut command);
    command
        .arg(subcommand)
        .env("PATH", path_with(&sysroot.join("bin")))
        .env("RUSTC", sysroot.join("bin/rustc"))
        .env("RUSTDOC", sysroot.join("bin/rustdoc"))
        .env("CARGO_TARGET_DIR", target_folder);
    if env.ci {
        command.arg("--locked");
    }
    command
}

/// Removes every variable of the native toolchain from a command of Debian's.
pub fn isolate(command: &mut Command) {
    for name in FOREIGN_VARIABLES {
        command.env_remove(name);
    }
}

fn path_with(first: &Path) -> std::ffi::OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(folders).unwrap_or(old)
}

/// Versions hold `:`, `~` and `+`, which some tools read in paths.
fn file_name(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' })
        .collect()
}
