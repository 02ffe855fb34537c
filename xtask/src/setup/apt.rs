//! Debian's packages: asked for together, with one update of the lists, and only when needed.

use crate::env::{Env, which};
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Result, bail};
use std::process::Command;

/// Another package manager may run: wait for it, up to ten minutes.
const WAIT_FOR_LOCK: [&str; 2] = ["-o", "DPkg::Lock::Timeout=600"];

/// Installs those of `packages` that are missing.
///
/// # Errors
/// Without apt-get or root's rights; the error then says what to run.
pub fn install(env: &Env, packages: &[&str]) -> Result<()> {
    let mut missing: Vec<&str> =
        packages.iter().copied().filter(|name| !is_installed(env, name)).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if which("apt-get").is_none() {
        bail!("this machine has no apt-get; install these with its package manager: {names}");
    }
    if !is_root(env) {
        bail!(
            "packages are missing; run this and then set up again:\n  sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
        );
    }
    let task = Task::start(format!("apt-get install {names}"));
    let result = update(env, &task).and_then(|()| install_now(env, &missing, &task));
    task.end(if result.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    result
}

fn update(env: &Env, task: &Task) -> Result<()> {
    process::run(apt_get(env).arg("update"), task).map(drop)
}

fn install_now(env: &Env, packages: &[&str], task: &Task) -> Result<()> {
    let mut command = apt_get(env);
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    process::run(&mut command, task).map(drop)
}

fn apt_get(env: &Env) -> Command {
    let mut command = env.program("apt-get");
    command.args(WAIT_FOR_LOCK).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_installed(env: &Env, package: &str) -> bool {
    let mut query = env.program("dpkg-query");
    query.args(["-W", "-f=${db:Status-Status}", package]);
    process::ask(&mut query).is_ok_and(|status| status == "installed")
}

fn is_root(env: &Env) -> bool {
    process::ask(env.program("id").arg("-u")).is_ok_and(|user| user == "0")
}
