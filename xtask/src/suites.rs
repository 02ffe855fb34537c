//! Suites that are not part of `cargo xtask test`: they need minutes, much disk, or other programs.

use crate::env::Env;
use crate::process::show;
use crate::{setup, wasm};
use anyhow::{Result, bail};
use clap::Args;
use std::process::ExitCode;
use xshell::cmd;

/// `cargo xtask test-big`: encrypts and decrypts a sparse file of 8 GiB and checks the peak of
/// memory. The gate uses a smaller file.
pub fn big(env: &Env) -> Result<ExitCode> {
    let (sh, test) = (env.shell()?, ["--package", "sealwax", "--test", "files"]);
    let test = cmd!(sh, "cargo test --profile checked {test...} -- limits::memory --nocapture");
    show(test.env("SEALWAX_TEST_SPARSE_MIB", "8192"))
}

/// `cargo xtask test-big-wasm`: a Blob of 3 GiB through the JavaScript package, in Chromium and on
/// Node. The gate uses a smaller one.
pub fn big_wasm(env: &Env) -> Result<ExitCode> {
    javascript(env, &[], &["test:big:chromium", "test:big:node"])
}

/// `cargo xtask test-bundlers`: the packed package in slow frameworks and bundlers.
/// The gate has the fast ones (`wasm:consume`): Vite in both versions, webpack, esbuild, Rollup.
pub fn bundlers(env: &Env) -> Result<ExitCode> {
    javascript(env, &["bundlers"], &["test:bundlers"])
}

/// `cargo xtask test-firefox`: the suite of the JavaScript package in Debian's Firefox. The gate's
/// browser is Chromium.
pub fn firefox(env: &Env) -> Result<ExitCode> {
    javascript(env, &["firefox"], &["test:firefox"])
}

/// Builds the package and runs scripts of it until one fails.
fn javascript(env: &Env, parts: &[&str], scripts: &[&str]) -> Result<ExitCode> {
    setup::ensure_only(env, &[&["wasm", "npm"], parts].concat())?;
    wasm::run(env)?;
    let sh = env.shell_in(wasm::PACKAGE)?;
    sh.set_var("SEALWAX_BIG_MIB", "3072");
    for script in scripts {
        if show(cmd!(sh, "npm run {script}"))? != ExitCode::SUCCESS {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask fips`: lints and tests the core with AWS-LC's FIPS module. It is not a step of the
/// gate, because building the module needs Go and CMake.
pub fn fips(env: &Env) -> Result<ExitCode> {
    for (tool, package) in [("go", "golang"), ("cmake", "cmake")] {
        if which::which(tool).is_err() {
            bail!("the FIPS module needs {tool}: apt-get install {package}");
        }
    }
    let (sh, core) = (env.shell()?, ["--package", "sealwax", "--features", "fips"]);
    let clippy = cmd!(sh, "cargo clippy --profile checked {core...} --all-targets -- -D warnings");
    match show(clippy)? {
        ExitCode::SUCCESS => show(cmd!(sh, "cargo test --profile checked {core...}")),
        failure => Ok(failure),
    }
}

/// What to do with the test vectors.
#[derive(Args)]
pub struct Vectors {
    /// Write the files in core/vectors instead of comparing them.
    #[arg(long)]
    write: bool,
}

/// `cargo xtask vectors`: runs the generator, a test of the core, with the output as it comes.
pub fn vectors(env: &Env, options: &Vectors) -> Result<ExitCode> {
    let sh = env.shell()?;
    let test = cmd!(sh, "cargo test --profile checked --package sealwax --test vectors");
    show(if options.write {
        test.arg("the_files_are_what_the_generator_makes").env("SEALWAX_VECTORS", "write")
    } else {
        test
    })
}
