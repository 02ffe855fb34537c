//! Builds Kryoptic, a PKCS #11 token in Rust, with its own OpenSSL.
//!
//! The crate uses the system's OpenSSL and needs 3.2; Debian 12 has an older one. Our manifest
//! builds the same source with the OpenSSL of `openssl-src`.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

const VERSION: &str = "1.5.4";

/// The module, built once; it takes minutes.
pub fn build(env: &Env, task: &Task) -> Result<PathBuf> {
    let folder = env.tool("kryoptic");
    let module = folder.join("target/release/libkryoptic_pkcs11.so");
    if module.is_file() {
        return Ok(module);
    }
    let source = source(env, &folder.join("source"), task)?;
    let manifest = manifest(&format!(
        "[lib]\nname = \"kryoptic_pkcs11\"\ncrate-type = [\"cdylib\"]\npath = {:?}\n\n\
         [dependencies]\n\
         kryoptic-lib = {{ version = \"={VERSION}\", default-features = false, \
         features = [\"standard\", \"openssl-sys\"] }}\n\
         ossl = {{ version = \"={VERSION}\", default-features = false, \
         features = [\"openssl-sys\"] }}\n\
         openssl-sys = {{ version = \"0.9\", features = [\"vendored\"] }}\n",
        source.join("src/lib.rs")
    ));
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let (sh, target, manifest) = (env.shell()?, folder.join("target"), folder.join("Cargo.toml"));
    let build = ["build", "--release", "--manifest-path"];
    process::run(cmd!(sh, "cargo {build...} {manifest} --target-dir {target}"), task)?;
    Ok(module)
}

/// Where cargo keeps the crate's source once a manifest asks for it.
fn source(env: &Env, folder: &Path, task: &Task) -> Result<PathBuf> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let dependency = format!("[dependencies]\nkryoptic = \"={VERSION}\"\n");
    fs::write(folder.join("Cargo.toml"), manifest(&dependency))?;
    let (sh, manifest) = (env.shell()?, folder.join("Cargo.toml"));
    process::run(cmd!(sh, "cargo fetch --manifest-path {manifest}"), task)?;
    let metadata = ["metadata", "--format-version=1", "--offline", "--manifest-path"];
    let told = process::ask(cmd!(sh, "cargo {metadata...} {manifest}"))?;
    let told: serde_json::Value = serde_json::from_str(&told)?;
    let packages = told["packages"].as_array().context("metadata without packages")?;
    let found = packages.iter().find(|package| package["name"] == "kryoptic");
    let path = found.and_then(|package| package["manifest_path"].as_str());
    let path = Path::new(path.context("cargo does not know where kryoptic is")?);
    Ok(path.parent().context("a manifest lies in a folder")?.to_path_buf())
}

/// The manifest of a package outside of our workspace.
fn manifest(rest: &str) -> String {
    format!(
        "[package]\nname = \"module\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n{rest}"
    )
}
