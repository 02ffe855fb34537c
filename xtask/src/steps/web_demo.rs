//! The upload page: its backend with a real store and key service, and the page in a browser.

use super::step::{Outcome, Run, Step, node_tests_passed};
use crate::demo::web;
use anyhow::Result;
use std::process::Command;

/// The backend's tests and a short way through the page; all of the page's tests take minutes.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new(
            "web-demo:backend",
            "the upload page's backend, with OpenBao and SeaweedFS",
            |run| check(run, web::backend_tests(run.env)),
        ),
        Step::new(
            "web-demo:page",
            "the upload page in Chromium, shortly (all tests: cargo xtask demo --web --check)",
            |run| check(run, web::smoke_tests(run.env)),
        ),
    ]
}

fn check(run: &Run, mut tests: Command) -> Result<Outcome> {
    let output = run.exec(&mut tests)?;
    Ok(Outcome::Passed(format!("{} tests", node_tests_passed(&output)?)))
}
