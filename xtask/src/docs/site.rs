//! The documentation site, without the API references.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::Result;
use std::path::PathBuf;
use xshell::cmd;

/// Builds it; a broken link is an error.
pub fn build(env: &Env, task: &Task) -> Result<()> {
    let (sh, python, folder) = (env.shell()?, env.python(), env.target.join("docs"));
    process::run(cmd!(sh, "{python} docs/assemble.py {folder}"), task)?;
    let (zensical, config) = (python.with_file_name("zensical"), folder.join("mkdocs.yml"));
    let build = cmd!(sh, "{zensical} build --clean --strict --config-file {config}");
    process::run(build.env("NO_COLOR", "1"), task).map(drop)
}

/// Where the site is built.
pub fn folder(env: &Env) -> PathBuf {
    env.target.join("docs/site")
}
