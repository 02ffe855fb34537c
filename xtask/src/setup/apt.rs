//! Installs missing Debian packages together, after one update of the lists.

use crate::env::Env;
use crate::process;
use crate::ui;
use anyhow::{Result, bail};
use xshell::{Shell, cmd};

/// Installs `packages`.
///
/// # Errors
/// Without apt-get or root's rights; the error then says what to run.
pub fn install(env: &Env, mut packages: Vec<&str>) -> Result<()> {
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if which::which("apt-get").is_err() {
        bail!("this machine has no apt-get; install these with its package manager: {names}");
    }
    let sh = env.shell()?;
    if process::ask(cmd!(sh, "id -u"))? != "0" {
        bail!(
            "packages are missing; run this and then set up again:\n  \
             sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
        );
    }
    sh.set_var("DEBIAN_FRONTEND", "noninteractive");
    // Another package manager may run: wait for it, up to ten minutes.
    let wait = ["-o", "DPkg::Lock::Timeout=600"];
    ui::task(&format!("apt-get install {names}"), |task| {
        process::run(cmd!(sh, "apt-get {wait...} update"), task)?;
        let install = ["install", "--yes", "--no-install-recommends"];
        process::run(cmd!(sh, "apt-get {wait...} {install...} {packages...}"), task).map(drop)
    })
}

/// Those of the packages that are not installed.
pub fn missing<'a>(env: &Env, packages: &[&'a str]) -> Result<Vec<&'a str>> {
    let sh = env.shell()?;
    Ok(packages.iter().copied().filter(|name| !is_installed(&sh, name)).collect())
}

fn is_installed(sh: &Shell, package: &str) -> bool {
    let state = process::ask(cmd!(sh, "dpkg-query -W -f='${db:Status-Status}' {package}"));
    state.is_ok_and(|state| state == "installed")
}
