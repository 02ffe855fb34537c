//! `cargo xtask bench web`: the upload page in Chromium, sealed against unsealed.

use super::Bench;
use crate::demo::web;
use crate::setup;
use crate::toolchain::Choice;
use crate::wasm;

pub const BENCH: Bench = Bench {
    file: "bindings-wasm/demo/BENCH.md",
    title: "\
# The upload page, measured

`cargo xtask bench web --save` writes this part; the notes below are written by hand. How a figure is
taken is told in [tests/measure/main.mjs](tests/measure/main.mjs).
",
    program: |env, _options, task| {
        setup::ensure(env, Choice::from_environment()?)?;
        wasm::build(env, task)?;
        Ok(web::measure(env))
    },
};
