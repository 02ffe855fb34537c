//! `cargo xtask demo --web`: the upload page with its backend, store and key service.

use crate::env::Env;
use crate::toolchain::Choice;
use crate::wasm;
use anyhow::Result;
use std::process::{Command, ExitCode};

const DEMO: &str = "bindings-wasm/demo";
/// Makes the tests run on all sizes.
const ALL_VARIABLE: &str = "SEALWAX_DEMO_ALL";

/// Runs the page until Ctrl-C, or its tests in a browser.
pub fn run(env: &Env, choice: Choice, check: bool, port: Option<u16>) -> Result<ExitCode> {
    wasm::run(env, choice)?;
    let mut node = if check { tests(env) } else { page(env, port) };
    let status = node.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn page(env: &Env, port: Option<u16>) -> Command {
    let mut node = node(env);
    node.arg("main.mjs");
    if let Some(port) = port {
        node.args(["--port", &port.to_string()]);
    }
    node
}

/// All tests, the long ones too.
fn tests(env: &Env) -> Command {
    let mut node = test_runner(env, "tests/index.mjs");
    node.env(ALL_VARIABLE, "1");
    node
}

/// The tests that need neither a browser nor the wasm package.
pub fn backend_tests(env: &Env) -> Command {
    test_runner(env, "tests/backend.mjs")
}

fn test_runner(env: &Env, file: &str) -> Command {
    let mut node = node(env);
    node.args(["--test", "--test-reporter=spec", file]);
    node
}

fn node(env: &Env) -> Command {
    let mut node = env.program("node");
    node.current_dir(env.root.join(DEMO)).env("CARGO_TARGET_DIR", &env.target);
    node
}
