//! `cargo xtask demo`: a large file through the library, with what it costs.

mod input;
mod size;

use crate::env::Env;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// How the demo runs.
#[derive(Args)]
pub struct Options {
    /// The size of the file that is made: bytes, or a number with K, M or G.
    #[arg(long, default_value = "256M", value_parser = size::parse)]
    size: u64,
}

/// Makes the file in a folder that disappears at the end, and runs the core's example on it.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("sealwax-demo-").tempdir()?;
    let plain = folder.path().join("plain.bin");
    input::write(&plain, options.size)?;
    println!("made {} with {} bytes of random data", plain.display(), options.size);
    let mut demo = env.cargo("run");
    demo.args(["--quiet", "--profile", "checked", "--package", "sealwax", "--example", "demo"]);
    let status = demo.arg("--").arg(&plain).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
