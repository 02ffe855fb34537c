//! The package for browsers and Node: built, its types checked, its tests on Node.

use super::step::{Outcome, Run, Step, node_tests_passed};
use crate::wasm;
use anyhow::Result;

/// First the package, which the others need.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new("wasm:build", "the package for browsers and Node builds", |run| {
            wasm::build(run.env, run.task)?;
            Ok(super::step::passed())
        }),
        Step::new("wasm:types", "TypeScript finds no error in the sources and the types", |run| {
            run.pass(wasm::npm(run.env).args(["run", "check"]))
        }),
        Step::new("wasm:test", "the suite on both engines, on Node", |run| test(run, "test")),
        Step::new("wasm:chromium", "the suite on both engines, in Chromium", |run| {
            test(run, "test:chromium")
        }),
        Step::new("wasm:size", "the module, its glue and a page stay small", |run| {
            test(run, "test:size")
        }),
        Step::new("wasm:consume", "the packed package, used by what people use it with", |run| {
            test(run, "test:consume")
        }),
    ]
}

fn test(run: &Run, script: &str) -> Result<Outcome> {
    let output = run.exec(wasm::npm(run.env).args(["run", script]))?;
    Ok(Outcome::Passed(format!("{} tests", node_tests_passed(&output)?)))
}
