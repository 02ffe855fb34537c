//! `cargo xtask demo`: encrypts a large file and shows the cost, or starts the upload page.

mod web;

use crate::env::Env;
use crate::process;
use anyhow::Result;
use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;
use xshell::cmd;

/// How the demo runs.
#[derive(Args)]
pub struct Options {
    /// Size of the file, in MiB.
    #[arg(long, default_value_t = 256)]
    size: u64,
    /// Start the upload page, with its backend, store and key service, and print its URL.
    #[arg(long)]
    web: bool,
    /// With --web: run all tests of the page in a browser instead.
    #[arg(long, requires = "web")]
    check: bool,
    /// With --check: run only the largest uploads: 10 GiB, 5,000 files, 1 GiB over an unstable
    /// link. Needs 25 GiB of disk and takes minutes.
    #[arg(long, requires = "check")]
    big: bool,
    /// With --web: the port of the page; by default a free one.
    #[arg(long, requires = "web")]
    port: Option<u16>,
}

/// Runs one of the two demos.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    match (options.web, options.check) {
        (true, true) => web::check(env, options.big),
        (true, false) => web::run(env, options.port),
        _ => file(env, options),
    }
}

/// Makes the file in a folder that disappears at the end, and runs the core's example on it.
fn file(env: &Env, options: &Options) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("sealwax-demo-").tempdir()?;
    let plain = folder.path().join("plain.bin");
    // Nothing in it compresses or repeats.
    let mut random = File::open("/dev/urandom")?.take(options.size << 20);
    let len = io::copy(&mut random, &mut File::create(&plain)?)?;
    println!("made {} with {len} bytes of random data", plain.display());
    let (sh, demo) = (env.shell()?, ["--package", "sealwax", "--example", "demo"]);
    process::show(cmd!(sh, "cargo run --quiet --profile checked {demo...} -- {plain}"))
}
