//! `cargo xtask docs`: the documentation site, and the API references that it links to.

mod api;
pub mod site;

use crate::env::Env;
use crate::setup;
use crate::ui::task;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// What is built.
#[derive(Args)]
pub struct Options {
    /// Build the API references of all languages, too; takes minutes, and installs Doxygen.
    #[arg(long)]
    api: bool,
}

/// Builds the site, and says where it is.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    setup::ensure_only(env, &["python"])?;
    task("the documentation site", |task| site::build(env, task))?;
    if options.api {
        api::build(env, &site::folder(env))?;
    }
    println!("{}", site::folder(env).join("index.html").display());
    Ok(ExitCode::SUCCESS)
}
