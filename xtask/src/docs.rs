//! `cargo xtask docs`: the documentation site, and the API references that it links to.

mod api;

use crate::env::Env;
use crate::process;
use crate::setup;
use crate::toolchain::{Choice, ROUTE_VARIABLE};
use crate::ui::{Mark, Task};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is built.
#[derive(Args)]
pub struct Options {
    /// The API references of all languages, too; takes minutes, and installs Doxygen.
    #[arg(long)]
    api: bool,
    /// How the compiler for WebAssembly is to be had.
    #[arg(long, value_enum, env = ROUTE_VARIABLE, default_value = "auto")]
    wasm_route: Choice,
}

/// Builds the site, and says where it is.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    setup::ensure_only(env, options.wasm_route, &["python"])?;
    let task = Task::start("docs: the documentation site");
    let built = build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    built?;
    if options.api {
        api::build(env, options.wasm_route)?;
    }
    println!("{}", site(env).join("index.html").display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the site without the API references; a link that leads nowhere is an error.
pub fn build(env: &Env, task: &Task) -> Result<()> {
    process::run(env.python().arg("docs/assemble.py").arg(folder(env)), task)?;
    let mut zensical = env.program(env.venv().join("bin/zensical"));
    zensical.args(["build", "--clean", "--strict", "--config-file"]);
    zensical.arg(folder(env).join("mkdocs.yml")).env("NO_COLOR", "1");
    process::run(&mut zensical, task).map(drop)
}

/// The sources, put together, and the site.
fn folder(env: &Env) -> PathBuf {
    env.target.join("docs")
}

/// Where the site is built.
pub fn site(env: &Env) -> PathBuf {
    folder(env).join("site")
}
