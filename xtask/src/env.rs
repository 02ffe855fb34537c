//! Where things are: the workspace, its target directory, the user's cache, the programs.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The places and switches that every task shares.
pub struct Env {
    /// The workspace root.
    pub root: PathBuf,
    /// The target directory of the native toolchain; tools of this project live in `target/tools`.
    pub target: PathBuf,
    /// What outlives a checkout: built standard libraries.
    pub cache: PathBuf,
    /// Whether a CI runs this: then `Cargo.lock` must be up to date.
    pub ci: bool,
}

impl Env {
    /// Reads the places from the environment that `cargo run` gives.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in no workspace")?.to_path_buf();
        let target =
            path_var("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        let ci = std::env::var_os("CI").is_some_and(|value| value != "false" && !value.is_empty());
        Ok(Self { root, target, cache: user_cache()?, ci })
    }

    /// A cargo command of the native toolchain, in the workspace root.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(program);
        command.arg(subcommand).current_dir(&self.root);
        forget_cargo_run(&mut command);
        if self.ci && subcommand != "fmt" {
            command.arg("--locked");
        }
        command
    }

    /// Any other program, in the workspace root.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        forget_cargo_run(&mut command);
        command
    }

    /// The project's own virtual environment for Python.
    pub fn venv(&self) -> PathBuf {
        self.target.join("tools/venv")
    }

    /// A command of Python in that environment.
    pub fn python(&self) -> Command {
        let mut python = self.program(self.venv().join("bin/python"));
        python.env("PYTHONDONTWRITEBYTECODE", "1"); // Nothing is written among the sources.
        python
    }
}

/// Removes what `cargo run` sets for xtask itself: build scripts that watch these variables
/// would run again, each time that the tests are started another way.
fn forget_cargo_run(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// `$XDG_CACHE_HOME/sealwax` or `~/.cache/sealwax`.
fn user_cache() -> Result<PathBuf> {
    path_var("XDG_CACHE_HOME")
        .filter(|dir| dir.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .map(|dir| dir.join("sealwax"))
        .context("neither XDG_CACHE_HOME nor HOME names a place for the cache")
}

fn path_var(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The program `name` as the search path finds it.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.with_extension("exe").is_file() || file.is_file()
}
