//! `cargo xtask demo --web`: the upload page with its backend, store and key service.

use crate::env::Env;
use crate::steps;
use crate::toolchain::Choice;
use crate::wasm;
use anyhow::Result;
use std::process::{Command, ExitCode};

const DEMO: &str = "bindings-wasm/demo";
/// Makes the tests run on all sizes, and makes a binding that is missing a failure.
const ALL_VARIABLE: &str = "SEALWAX_DEMO_ALL";
/// Makes the tests of large uploads and of many files run in their full size.
const BIG_VARIABLE: &str = "SEALWAX_DEMO_BIG";
/// The other languages of the cross tests, built by the gate's own steps.
const OTHER_LANGUAGES: [&str; 2] = ["python:wheel", "c:install"];

/// Runs the page until Ctrl-C.
pub fn run(env: &Env, choice: Choice, port: Option<u16>) -> Result<ExitCode> {
    wasm::run(env, choice)?;
    become_it(page(env, port))
}

/// Runs the page's tests in a browser: all of them, or those that take minutes and much disk.
pub fn check(env: &Env, choice: Choice, big: bool) -> Result<ExitCode> {
    wasm::run(env, choice)?;
    if big {
        return check_big(env);
    }
    steps::run_named(env, &OTHER_LANGUAGES)?;
    exit_code(test_runner(env, "tests/index.mjs").env(ALL_VARIABLE, "1"))
}

/// A gibibyte through cuts of a real link, thousands of files, then 10 GiB up and back.
fn check_big(env: &Env) -> Result<ExitCode> {
    let mut large = test_runner(env, "tests/large.mjs");
    if !large.env(BIG_VARIABLE, "1").status()?.success() {
        return Ok(ExitCode::FAILURE);
    }
    exit_code(&mut script(env, "tests/big.mjs"))
}

/// Ends as Node, so that Ctrl-C and `kill` reach the page's own process, which then cleans up.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<ExitCode> {
    exit_code(&mut command)
}

fn exit_code(command: &mut Command) -> Result<ExitCode> {
    Ok(if command.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn page(env: &Env, port: Option<u16>) -> Command {
    let mut node = script(env, "main.mjs");
    if let Some(port) = port {
        node.args(["--port", &port.to_string()]);
    }
    node
}

/// The tests that need neither a browser nor the wasm package.
pub fn backend_tests(env: &Env) -> Command {
    test_runner(env, "tests/backend.mjs")
}

/// The shortest way through the page in a browser; needs the package.
pub fn smoke_tests(env: &Env) -> Command {
    test_runner(env, "tests/smoke.mjs")
}

/// Measures the page's uploads; the table is on standard output.
pub fn measure(env: &Env) -> Command {
    script(env, "tests/measure/main.mjs")
}

fn test_runner(env: &Env, file: &str) -> Command {
    let mut node = script(env, "--test");
    node.args(["--test-reporter=spec", file]);
    node
}

fn script(env: &Env, file: &str) -> Command {
    let mut node = env.program("node");
    node.current_dir(env.root.join(DEMO)).env("CARGO_TARGET_DIR", &env.target).arg(file);
    node
}
