//! The parts of the set-up: the rows of `xtask/setup.toml`.

use super::apt;
use crate::env::Env;
use crate::process;
use crate::toolchain::{self, Target};
use crate::ui::Task;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Something that the tests need on the machine; the file explains each field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub name: String,
    pub why: String,
    pub takes: String,
    #[serde(default)]
    programs: BTreeMap<String, String>,
    #[serde(default)]
    packages: Vec<String>,
    made: Option<Made>,
    #[serde(default)]
    pub optional: bool,
}

/// What is made once the packages are there.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Made {
    Components,
    /// For the target that has the part's name.
    Library,
    Oldest,
    Venv {
        folder: String,
        list: String,
    },
    Npm(String),
}

/// Every part.
pub fn all() -> Result<Vec<Part>> {
    let parts: BTreeMap<String, Vec<Part>> = toml::from_str(include_str!("../../setup.toml"))?;
    Ok(parts.into_values().flatten().collect())
}

impl Part {
    /// The Debian packages that this part lacks.
    pub fn missing_packages(&self, env: &Env) -> Result<Vec<&str>> {
        let is_missing = |name: &str| which::which(name).is_err() && !Path::new(name).exists();
        let programs = self.programs.iter().filter(|(program, _)| is_missing(program));
        let packages: Vec<&str> = self.packages.iter().map(String::as_str).collect();
        let mut missing = apt::missing(env, &packages)?;
        missing.extend(programs.map(|(_, package)| package.as_str()));
        Ok(missing)
    }

    fn target(&self) -> Result<Target> {
        Target::of_part(&self.name).with_context(|| format!("no target is called {}", self.name))
    }

    /// Whether what is made is there, and of the newest list.
    pub fn is_made(&self, env: &Env) -> Result<bool> {
        let sh = env.shell()?;
        let runs = |program: &Path| process::ask(cmd!(sh, "{program} --version")).is_ok();
        Ok(match &self.made {
            None => true,
            Some(Made::Components) => {
                ["rustfmt", "cargo-clippy"].map(Path::new).into_iter().all(runs)
            }
            Some(Made::Library) => self.target()?.find(env)?.is_some(),
            Some(Made::Oldest) => toolchain::has(env, &toolchain::oldest(env)?)?,
            Some(Made::Venv { folder, list }) => {
                let venv = env.tool(folder);
                runs(&venv.join("bin/python")) && is_current(&env.root.join(list), &venv)
            }
            Some(Made::Npm(folder)) => {
                let folder = env.root.join(folder);
                is_current(&folder.join(LOCK), &folder.join("node_modules"))
            }
        })
    }

    /// Makes it.
    pub fn make(&self, env: &Env, task: &Task) -> Result<()> {
        match &self.made {
            None => Ok(()),
            Some(Made::Components) => {
                toolchain::rustup(env, &["component", "add", "rustfmt", "clippy"], task)
            }
            Some(Made::Library) => self.target()?.install(env, task),
            Some(Made::Oldest) => {
                let install = ["toolchain", "install", "--profile", "minimal"];
                toolchain::rustup(env, &[&install[..], &[&toolchain::oldest(env)?]].concat(), task)
            }
            Some(Made::Venv { folder, list }) => venv(env, &env.tool(folder), list, task),
            Some(Made::Npm(folder)) => npm(env, folder, task),
        }
    }
}

fn venv(env: &Env, venv: &Path, list: &str, task: &Task) -> Result<()> {
    let (sh, python) = (env.shell()?, venv.join("bin/python"));
    process::run(cmd!(sh, "python3 -m venv --clear {venv}"), task)?;
    // uv installs many packages several times as fast as pip does.
    process::run(cmd!(sh, "{python} -m pip install --quiet uv"), task)?;
    process::run(cmd!(sh, "{python} -m uv pip install --requirement {list}"), task)?;
    finish(&env.root.join(list), venv)
}

fn npm(env: &Env, folder: &str, task: &Task) -> Result<()> {
    let sh = env.shell_in(folder)?;
    process::run(cmd!(sh, "npm ci --no-audit --no-fund"), task)?;
    let folder = env.root.join(folder);
    finish(&folder.join(LOCK), &folder.join("node_modules"))
}

const LOCK: &str = "package-lock.json";

/// The copy of the list that a folder was made from.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("made-from.txt")
}

fn is_current(list: &Path, folder: &Path) -> bool {
    fs::read(stamp(folder)).is_ok_and(|made| fs::read(list).is_ok_and(|wanted| wanted == made))
}

/// Writes the stamp last: an interrupted installation is not current.
fn finish(list: &Path, folder: &Path) -> Result<()> {
    fs::copy(list, stamp(folder)).with_context(|| list.display().to_string()).map(drop)
}
