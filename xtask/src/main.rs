//! `cargo xtask`: everything that Sealwax's people and its CI run, behind one command.
//!
//! - `setup` brings a bare machine to where the tests can run;
//! - `test` runs every check of the project, step by step;
//! - `demo` and `bench` show and measure the library;
//! - `fips` tests it with AWS-LC's FIPS module.

mod bench;
mod c_full;
mod demo;
mod docs;
mod env;
mod fuzz;
mod install_c;
mod junit;
mod kms_full;
mod layering;
mod lint;
mod metadata;
mod process;
mod public_api;
mod python;
mod setup;
mod steps;
mod suites;
mod test_python;
mod test_readers;
mod toolchain;
mod ui;
mod wasm;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check what the tests need and install what is missing.
    Setup(setup::Options),
    /// Run every check of the project, in order.
    Test(steps::Options),
    /// Run formatters and linters alone, or have them repair what they can.
    Lint(lint::Options),
    /// Compare the core's public API with the saved one, or save it.
    PublicApi(public_api::Options),
    /// Encrypt and decrypt a large file and show what happens.
    Demo(demo::Options),
    /// Check on a file of 8 GiB that memory does not grow; needs 17 GiB of disk, takes minutes.
    TestBig,
    /// Check in Chromium and on Node that memory does not grow with a Blob of 3 GiB.
    TestBigWasm,
    /// Test the package for browsers and Node in slow frameworks and bundlers.
    TestBundlers,
    /// Run the suite of the package for browsers and Node in Firefox.
    TestFirefox,
    /// Test the Python package in every installed version of Python, and with PyTorch.
    TestPython,
    /// Test libraries that open sealed objects by URL: pandas, polars, Dask and more.
    TestReaders,
    /// Test sealwax.kms against more KMSs, some of which take minutes to build.
    TestKmsFull,
    /// Test the C library's release build, for this system and for others with installed tools.
    TestCFull,
    /// Run the benchmarks: of the core, or of one of the bindings.
    Bench(bench::Options),
    /// Build the C library and install it below a prefix.
    InstallC(install_c::Options),
    /// Build the documentation site; with --api also the API references.
    Docs(docs::Options),
    /// Build the package for browsers and Node.
    BuildWasm,
    /// Build AWS-LC's FIPS module (Go and CMake needed) and test the core with it.
    Fips,
    /// Run the fuzz targets of the core and of the C library.
    Fuzz(fuzz::Options),
    /// Check the test vectors of the format, or write them.
    Vectors(suites::Vectors),
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let env = env::Env::find()?;
    match cli.task {
        Task::Setup(options) => setup::run(&env, &options),
        Task::Test(options) => steps::run(&env, &options),
        Task::Lint(options) => lint::run(&env, &options),
        Task::PublicApi(options) => public_api::run(&env, &options),
        Task::Demo(options) => demo::run(&env, &options),
        Task::TestBig => suites::big(&env),
        Task::TestBigWasm => suites::big_wasm(&env),
        Task::TestBundlers => suites::bundlers(&env),
        Task::TestFirefox => suites::firefox(&env),
        Task::TestPython => test_python::run(&env),
        Task::TestReaders => test_readers::run(&env),
        Task::TestKmsFull => kms_full::run(&env),
        Task::TestCFull => c_full::run(&env),
        Task::Bench(options) => bench::run(&env, &options),
        Task::Docs(options) => docs::run(&env, &options),
        Task::InstallC(options) => install_c::run(&env, &options),
        Task::BuildWasm => wasm::run(&env),
        Task::Fips => suites::fips(&env),
        Task::Fuzz(options) => fuzz::run(&env, &options),
        Task::Vectors(options) => suites::vectors(&env, &options),
    }
}
