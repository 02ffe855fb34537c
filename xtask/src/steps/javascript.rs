//! The package for browsers and Node, and the upload page that uses it.

use super::step::{Run, Step};
use crate::wasm;
use anyhow::Result;
use xshell::{Cmd, cmd};

/// First the package, which most others need.
pub const STEPS: &[Step] = &[
    Step::new("wasm:build", "the package for browsers and Node builds", |run| {
        wasm::build(run.env, run.task).map(|()| String::new())
    }),
    step("wasm:test", "the suite on both engines, on Node", |run| npm(run, "test")),
    step("wasm:chromium", "the suite in Chromium", |run| npm(run, "test:chromium")),
    step("wasm:consume", "what people use the package with", |run| npm(run, "test:consume")),
    step("wasm:size", "the module, its glue and a page stay small", |run| npm(run, "test:size")),
    step("wasm:types", "TypeScript finds no error in the sources and the types", |run| {
        let sh = run.env.shell_in(wasm::PACKAGE)?;
        run.pass(cmd!(sh, "npm run check"))
    }),
    Step::new("web-demo:backend", "the upload page's backend, with OpenBao and SeaweedFS", |run| {
        node(run, wasm::demo_tests(&run.env.shell_in(wasm::DEMO)?, "backend"))
    }),
    // All tests of the page: `cargo xtask demo --web --check`.
    step("web-demo:page", "the upload page in Chromium, shortly", |run| {
        node(run, wasm::demo_tests(&run.env.shell_in(wasm::DEMO)?, "smoke"))
    }),
];

/// A step that uses the package.
const fn step(name: &'static str, what: &'static str, check: fn(&Run) -> Result<String>) -> Step {
    Step::new(name, what, check).needs(&["wasm:build"])
}

fn npm(run: &Run, script: &str) -> Result<String> {
    let sh = run.env.shell_in(wasm::PACKAGE)?;
    node(run, cmd!(sh, "npm run {script}"))
}

/// Makes Node's test runner write a report for people and one for counting.
fn node(run: &Run, tests: Cmd) -> Result<String> {
    let file = run.junit().display().to_string();
    let options = "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit";
    run.tests(tests.env("NODE_OPTIONS", format!("{options} --test-reporter-destination={file}")))
}
