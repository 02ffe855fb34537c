//! What several tasks do with the Python package: build it, find interpreters, make environments.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// The package's folder below the workspace root.
pub const BINDINGS: &str = "bindings-python";

/// Where the gate builds the wheel, below the target directory.
pub const WHEELS: &str = "tools/wheels";

/// The newest minor version to look for.
const NEWEST_MINOR: u32 = 16;

/// Builds the wheel with a profile of cargo into a folder below `target`, and returns it.
pub fn wheel(env: &Env, profile: &str, folder: &str, task: &Task) -> Result<PathBuf> {
    let (sh, python, folder) = (env.shell()?, env.python(), env.fresh_folder(folder)?);
    let build = ["--manifest-path", "bindings-python/Cargo.toml", "--profile", profile];
    process::run(cmd!(sh, "{python} -m maturin build {build...} --out {folder}"), task)?;
    only_file(&folder)
}

/// A new virtual environment of an interpreter in a folder below `target`; returns its Python.
pub fn venv(env: &Env, interpreter: &Path, folder: &str, task: &Task) -> Result<PathBuf> {
    let (sh, python, folder) = (env.shell()?, env.python(), env.fresh_folder(folder)?);
    let options = ["--quiet", "--clear", "--seed", "--no-python-downloads"];
    process::run(
        cmd!(sh, "{python} -m uv venv {options...} --python {interpreter} {folder}"),
        task,
    )?;
    Ok(folder.join("bin/python"))
}

/// An interpreter of this machine.
pub struct Interpreter {
    /// Such as `3.13`.
    pub version: String,
    pub program: PathBuf,
}

/// The other interpreters on this machine that the wheel supports: those on the search
/// path, and those of pyenv. None is downloaded.
pub fn others(env: &Env) -> Result<Vec<Interpreter>> {
    let own = minor_of(env, &env.python()).context("run `cargo xtask setup --only python`")?;
    let found = (9..=NEWEST_MINOR).filter(|minor| *minor != own).filter_map(|minor| {
        let mut programs = vec![PathBuf::from(format!("python3.{minor}"))];
        programs.extend(of_pyenv(minor));
        let program = programs.into_iter().find(|it| minor_of(env, it) == Some(minor))?;
        Some(Interpreter { version: format!("3.{minor}"), program })
    });
    Ok(found.collect())
}

fn minor_of(env: &Env, python: &Path) -> Option<u32> {
    let (sh, question) = (env.shell().ok()?, "import sys, venv; print(sys.version_info[1])");
    process::ask(cmd!(sh, "{python} -c {question}")).ok()?.parse().ok()
}

fn of_pyenv(minor: u32) -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    let entries = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let prefix = format!("3.{minor}.");
    let folders = entries.into_iter().flatten().flatten();
    folders
        .filter(|folder| folder.file_name().to_string_lossy().starts_with(&prefix))
        .map(|folder| folder.path().join("bin/python"))
        .collect()
}

/// The one file in a folder.
pub fn only_file(folder: &Path) -> Result<PathBuf> {
    Ok(fs::read_dir(folder)?.next().context("nothing was built")??.path())
}
