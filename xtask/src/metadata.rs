//! What cargo knows about the workspace's packages.

use crate::env::Env;
use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;
use xshell::cmd;

/// One package of the workspace.
pub struct Package {
    /// Its name in Cargo.toml.
    pub name: String,
    /// The folder of its Cargo.toml.
    pub folder: PathBuf,
    /// Its version.
    pub version: String,
    /// The oldest Rust that compiles it, such as `1.95`.
    pub rust_version: String,
    /// Its features, `default` included, sorted.
    pub features: Vec<String>,
    /// The first file of each of its targets: library, programs, tests, benches, examples.
    pub roots: Vec<PathBuf>,
}

/// Every package of the workspace.
pub fn packages(env: &Env) -> Result<Vec<Package>> {
    let sh = env.shell()?;
    let text = process::ask(cmd!(sh, "cargo metadata --no-deps --format-version=1"))?;
    let value: Value = serde_json::from_str(&text)?;
    list(&value["packages"]).map(package).collect()
}

/// The package called `name`.
pub fn package_named(env: &Env, name: &str) -> Result<Package> {
    let found = packages(env)?.into_iter().find(|package| package.name == name);
    found.with_context(|| format!("the workspace has no package {name}"))
}

fn package(value: &Value) -> Result<Package> {
    let manifest = PathBuf::from(text(&value["manifest_path"])?);
    Ok(Package {
        name: text(&value["name"])?,
        folder: manifest.parent().context("a manifest without a folder")?.to_path_buf(),
        version: text(&value["version"])?,
        rust_version: text(&value["rust_version"])?,
        features: value["features"]
            .as_object()
            .map_or_else(Vec::new, |map| map.keys().cloned().collect()),
        roots: list(&value["targets"])
            .map(|each| Ok(PathBuf::from(text(&each["src_path"])?)))
            .collect::<Result<_>>()?,
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("cargo metadata has an unknown form")?.to_owned())
}
