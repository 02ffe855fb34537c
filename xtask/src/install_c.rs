//! `cargo xtask install-c`: the C library as a normal prefix: headers, libraries, pkg-config,
//! CMake.

pub mod archive;
mod layout;

use crate::env::Env;
use crate::ui::{Mark, Task};
use anyhow::{Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The package in the workspace.
const PACKAGE: &str = "sealwax-c";

/// Where to install, and what.
#[derive(Args)]
pub struct Options {
    /// The folder that gets include/, lib/ and share/; made if it is not there.
    #[arg(long)]
    prefix: PathBuf,
    /// The cargo profile. Only `release` is stripped of debug information.
    #[arg(long, default_value = "release")]
    profile: String,
}

/// Builds and installs, and says where.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let prefix = std::path::absolute(&options.prefix)?;
    let task = Task::start(format!("installing {PACKAGE} into {}", prefix.display()));
    let installed = install(env, &prefix, &options.profile, &task);
    task.end(if installed.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    installed.map(|()| ExitCode::SUCCESS)
}

/// Builds the library with a profile and lays it out below `prefix`.
pub fn install(env: &Env, prefix: &Path, profile: &str, task: &Task) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("install-c lays out a prefix for Linux; elsewhere build {PACKAGE} with cargo");
    }
    let mut cargo = env.cargo("build");
    crate::process::run(cargo.args(["--package", PACKAGE, "--profile", profile]), task)?;
    let built = env.target.join(if profile == "dev" { "debug" } else { profile });
    let layout = layout::Layout::new(env, prefix, built, profile == "release", task)?;
    layout.headers()?;
    layout.shared_library()?;
    layout.static_library()?;
    layout.metadata()
}
