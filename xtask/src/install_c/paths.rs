//! Keeps paths of the building machine out of the library.

use crate::env::Env;
use crate::process;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;
use xshell::cmd;

/// What `CARGO_ENCODED_RUSTFLAGS` has between two flags.
const SEPARATOR: &str = "\u{1f}";

/// Makes rustc and the C compiler replace the folders of this machine in panics, assertions and
/// debug information: those of the workspace, of other crates, and of the standard
/// library.
pub fn hide(env: &Env, cargo: &mut Command) -> Result<()> {
    let mut rust = inherited();
    let mut c = std::env::var("CFLAGS").unwrap_or_default();
    for (folder, name) in folders(env)? {
        let folder = folder.to_str().context("a folder whose name is not UTF-8")?.to_owned();
        rust.push(format!("--remap-path-prefix={folder}={name}"));
        // A space would end the flag: such a folder stays in the assertions of the C code.
        if !folder.contains(char::is_whitespace) {
            c += &format!(" -ffile-prefix-map={folder}={name}");
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", rust.join(SEPARATOR)).env("CFLAGS", c.trim());
    Ok(())
}

/// The user's flags, from one of two variables.
fn inherited() -> Vec<String> {
    let owned = |flags: Vec<&str>| flags.into_iter().map(str::to_owned).collect();
    match std::env::var("CARGO_ENCODED_RUSTFLAGS") {
        Ok(flags) if flags.is_empty() => Vec::new(),
        Ok(flags) => owned(flags.split(SEPARATOR).collect()),
        Err(_) => {
            owned(std::env::var("RUSTFLAGS").unwrap_or_default().split_whitespace().collect())
        }
    }
}

/// The folders whose names the compilers would write. If two match, rustc takes
/// the later one.
pub fn folders(env: &Env) -> Result<Vec<(PathBuf, &'static str)>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let mut folders = vec![(env.root.clone(), "sealwax"), (sysroot(env)?, "rust")];
    if let Some(home) = home {
        let registries = home.join("registry/src");
        folders.push((home, "cargo"));
        // Each registry has a folder of its own, with a hash in its name.
        for registry in std::fs::read_dir(registries).into_iter().flatten() {
            folders.push((registry?.path(), "crates"));
        }
    }
    Ok(folders)
}

/// Where the compiler has its libraries.
pub fn sysroot(env: &Env) -> Result<PathBuf> {
    let sh = env.shell()?;
    Ok(PathBuf::from(process::ask(cmd!(sh, "rustc --print sysroot"))?))
}
