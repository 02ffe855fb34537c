//! `cargo xtask demo --web`: the upload page with its backend, store and key service.

use crate::env::Env;
use crate::process::show;
use crate::{setup, steps, wasm};
use anyhow::Result;
use std::process::{Command, ExitCode};
use xshell::cmd;

/// What the page runs with, besides the package.
const PARTS: [&str; 4] = ["wasm", "npm", "web-demo", "python"];

/// Runs the page until Ctrl-C.
pub fn run(env: &Env, port: Option<u16>) -> Result<ExitCode> {
    setup::ensure_only(env, &PARTS)?;
    wasm::run(env)?;
    let sh = env.shell_in(wasm::DEMO)?;
    let page = cmd!(sh, "node main.mjs");
    become_it(match port {
        Some(port) => page.args(["--port".to_owned(), port.to_string()]).into(),
        None => page.into(),
    })
}

/// Runs the page's tests in a browser: all of them, or those that take minutes and much disk.
pub fn check(env: &Env, big: bool) -> Result<ExitCode> {
    setup::ensure(env)?;
    wasm::run(env)?;
    let sh = env.shell_in(wasm::DEMO)?;
    if !big {
        // The other languages of the cross tests; without them the tests fail.
        steps::run_named(env, &["python:wheel", "c:install"])?;
        return show(wasm::demo_tests(&sh, "index").env("SEALWAX_DEMO_ALL", "1"));
    }
    // 1 GiB over an unstable link, thousands of files, then 10 GiB up and down.
    match show(wasm::demo_tests(&sh, "large").env("SEALWAX_DEMO_BIG", "1"))? {
        ExitCode::SUCCESS => show(cmd!(sh, "node tests/big.mjs")),
        failure => Ok(failure),
    }
}

/// Replaces this process by Node, so that Ctrl-C and `kill` reach it and it can clean up.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_it(command: Command) -> Result<ExitCode> {
    show(command)
}
