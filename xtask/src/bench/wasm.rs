//! `cargo xtask bench wasm`: the package in Chromium against its limits and its peers.

use super::Bench;
use crate::setup;
use crate::toolchain::Choice;
use crate::wasm;

pub const BENCH: Bench = Bench {
    file: "bindings-wasm/BENCH.md",
    title: "\
# Speed in the browser, measured

`cargo xtask bench wasm --save` writes this part; the notes below are written by hand. How a figure
and its limit are measured is told in [bench/browser/worker.mjs](bench/browser/worker.mjs).
",
    program: |env, _options, task| {
        setup::ensure_only(env, Choice::from_environment()?, &["wasm", "npm", "wasm-bench"])?;
        wasm::build(env, task)?;
        wasm::module(env, task, "sealwax-bench-bare", "build/bare")?;
        let mut node = env.program("node");
        node.arg("bindings-wasm/bench/run.mjs");
        Ok(node)
    },
};
