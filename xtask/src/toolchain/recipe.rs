//! How a sysroot is made of Debian's packages: build the standard library for the target from
//! its packaged sources, without a network, and lay it beside the host's own.

use super::Target;
use super::debian::{self, CARGO, LINKER, RUSTC, RUSTDOC};
use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate that is built only for what it depends on.
const PROBE: &str = "sysroot_probe";

/// Builds the sysroot of `target` into the cache and returns its folder.
pub fn build(env: &Env, target: Target, task: &Task) -> Result<PathBuf> {
    let folder =
        debian::cache_folder(env, target).context("a package of Debian's compiler is missing")?;
    let parent = folder.parent().context("the cache has no folder")?;
    fs::create_dir_all(parent)?;
    let staging = tempfile::Builder::new().prefix(".building-").tempdir_in(parent)?;
    // Not below the home directory: cargo would read the configuration that it finds there.
    let work = tempfile::Builder::new().prefix("sealwax-std-").tempdir()?;
    build_library(work.path(), target, task)?;
    task.detail("making the sysroot");
    copy_libraries(&work.path().join("target"), &debian::library_folder(staging.path(), target))?;
    link_host(staging.path())?;
    write_programs(staging.path(), &folder)?;
    publish(staging, &folder)?;
    Ok(folder)
}

/// Moves the finished sysroot into place: whoever sees it sees it whole.
fn publish(staging: tempfile::TempDir, folder: &Path) -> Result<()> {
    fs::set_permissions(staging.path(), fs::Permissions::from_mode(0o755))?;
    if folder.exists() {
        return Ok(()); // Another run was faster; the same packages make the same libraries.
    }
    fs::rename(staging.keep(), folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn build_library(work: &Path, target: Target, task: &Task) -> Result<()> {
    write_probe(work)?;
    let vendor = vendored_sources()?;
    let mut cargo = Command::new(CARGO);
    debian::isolate(&mut cargo);
    cargo
        .current_dir(work)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes -Cdebuginfo=0")
        .env("CARGO_HOME", work.join("home"))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .args(["build", "--offline", "--release", "--target", target.triple()])
        .arg(format!("-Zbuild-std={}", target.library()))
        .args(["--config", "source.crates-io.replace-with=\"debian\""])
        .args(["--config", &format!("source.debian.directory=\"{}\"", vendor.display())]);
    process::run(&mut cargo, task)?;
    Ok(())
}

fn write_probe(work: &Path) -> Result<()> {
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    let manifest =
        format!("[package]\nname = \"{PROBE}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    fs::write(work.join("Cargo.toml"), manifest)?;
    Ok(())
}

/// The standard library's own dependencies, as the source package ships them.
fn vendored_sources() -> Result<PathBuf> {
    let text = process::ask(Command::new(RUSTC).arg("--version"))?;
    let version = text.split_whitespace().nth(1).context("rustc --version has an unknown form")?;
    let folder = PathBuf::from(format!("/usr/src/rustc-{version}/library/vendor"));
    if !folder.is_dir() {
        bail!("{} is missing: rust-web-src does not fit rustc {version}", folder.display());
    }
    Ok(folder)
}

/// Copies every library below `from` but the probe's own.
fn copy_libraries(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let triple_folders = fs::read_dir(from)?.flatten().map(|entry| entry.path());
    // `target/release` holds what was built for the host: build scripts.
    for folder in triple_folders.filter(|path| path.is_dir() && !path.ends_with("release")) {
        copy_rlibs(&folder, to)?;
    }
    Ok(())
}

fn copy_rlibs(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)?.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let text = name.to_string_lossy();
        if path.is_dir() {
            copy_rlibs(&path, to)?;
        } else if text.ends_with(".rlib") && !text.starts_with(&format!("lib{PROBE}")) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// Build scripts and macros need the host's library, and the target its linker under rustc's name.
fn link_host(sysroot: &Path) -> Result<()> {
    let text = process::ask(Command::new(RUSTC).arg("-vV"))?;
    let host =
        text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let original = process::ask(Command::new(RUSTC).args(["--print", "target-libdir"]))?;
    let folder = sysroot.join("lib/rustlib").join(host);
    fs::create_dir_all(folder.join("bin"))?;
    symlink(original, folder.join("lib"))?;
    symlink(LINKER, folder.join("bin/rust-lld"))?;
    Ok(())
}

/// Wrappers, not links: a linked rustc would take the sysroot of the file that it leads to.
fn write_programs(staging: &Path, sysroot: &Path) -> Result<()> {
    let bin = staging.join("bin");
    fs::create_dir_all(&bin)?;
    for (name, program) in [("rustc", RUSTC), ("rustdoc", RUSTDOC)] {
        let file = bin.join(name);
        fs::write(
            &file,
            format!("#!/bin/sh\nexec {program} --sysroot '{}' \"$@\"\n", sysroot.display()),
        )?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    symlink(CARGO, bin.join("cargo"))?;
    Ok(())
}
