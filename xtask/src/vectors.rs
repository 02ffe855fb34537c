//! `cargo xtask vectors`: checks the test vectors of the format, or writes them anew.

use crate::env::Env;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// What to do with them.
#[derive(Args)]
pub struct Options {
    /// Write the files in core/vectors instead of comparing them.
    #[arg(long)]
    write: bool,
}

/// Runs the generator, a test of the core, with the output as it comes.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let mut cargo = env.cargo("test");
    cargo.args(["--profile", "checked", "--package", "sealwax", "--test", "vectors"]);
    if options.write {
        cargo.env("SEALWAX_VECTORS", "write").arg("the_files_are_what_the_generator_makes");
    }
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
