//! What several tasks do with the Python package: build it, find interpreters, make environments.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The package's folder below the workspace root.
pub const BINDINGS: &str = "bindings-python";

/// The newest minor version to look for.
const NEWEST_MINOR: u32 = 16;

/// Builds the wheel with a profile of cargo into a folder of `target/tools`, and returns it.
pub fn wheel(env: &Env, profile: &str, folder: &str, task: &Task) -> Result<PathBuf> {
    let folder = fresh_folder(env, folder)?;
    let mut maturin = env.python();
    maturin.args(["-m", "maturin", "build", "--profile", profile, "--out"]).arg(&folder);
    maturin.args(["--manifest-path", "bindings-python/Cargo.toml"]);
    maturin.env("CARGO_TARGET_DIR", &env.target);
    if env.ci {
        maturin.arg("--locked");
    }
    process::run(&mut maturin, task)?;
    only_file(&folder)
}

/// A new virtual environment of an interpreter in a folder of `target/tools`; returns its Python.
pub fn venv(env: &Env, interpreter: &Path, folder: &str, task: &Task) -> Result<PathBuf> {
    let folder = fresh_folder(env, folder)?;
    let mut uv = uv(env)?;
    uv.args(["venv", "--quiet", "--clear", "--seed", "--no-python-downloads", "--python"]);
    process::run(uv.arg(interpreter).arg(&folder), task)?;
    Ok(folder.join("bin/python"))
}

/// `uv`, which installs many packages several times as fast as pip does.
pub fn uv(env: &Env) -> Result<std::process::Command> {
    let program = env.venv().join("bin/uv");
    if !program.is_file() {
        bail!("the virtual environment is missing: run `cargo xtask setup --only python`");
    }
    Ok(env.program(program))
}

/// An interpreter of this machine.
pub struct Interpreter {
    /// Such as `3.13`.
    pub version: String,
    pub program: PathBuf,
}

/// The interpreters of other versions on this machine that the wheel is for: those of the search
/// path, and those of pyenv. There is no downloading them.
pub fn others(env: &Env) -> Result<Vec<Interpreter>> {
    let own = minor_of(env, &env.venv().join("bin/python"));
    let own = own.context("the virtual environment has no working Python")?;
    let found = (9..=NEWEST_MINOR).filter(|minor| *minor != own).filter_map(|minor| {
        let mut programs = vec![PathBuf::from(format!("python3.{minor}"))];
        programs.extend(of_pyenv(minor));
        let program = programs.into_iter().find(|it| minor_of(env, it) == Some(minor))?;
        Some(Interpreter { version: format!("3.{minor}"), program })
    });
    Ok(found.collect())
}

fn minor_of(env: &Env, program: &Path) -> Option<u32> {
    let question = "import sys, venv; print(sys.version_info[1])";
    process::ask(env.program(program).args(["-c", question])).ok()?.parse().ok()
}

fn of_pyenv(minor: u32) -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    let entries = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let names = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let prefix = format!("3.{minor}.");
    names
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        })
        .map(|path| path.join("bin/python"))
        .collect()
}

/// An empty folder below the tools.
pub fn fresh_folder(env: &Env, name: &str) -> Result<PathBuf> {
    let folder = env.target.join("tools").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The one file in a folder.
pub fn only_file(folder: &Path) -> Result<PathBuf> {
    Ok(fs::read_dir(folder)?.next().context("nothing was built")??.path())
}
