//! The upload page: its backend, with a real store and key service.

use super::step::{Outcome, Run, Step, node_tests_passed};
use crate::demo::web;
use anyhow::Result;

/// The backend's tests; the page's own take minutes in a browser.
pub fn steps() -> Vec<Step> {
    vec![Step::new(
        "web-demo",
        "the upload page's backend, with OpenBao and SeaweedFS (in Chromium: cargo xtask demo --web --check)",
        check,
    )]
}

fn check(run: &Run) -> Result<Outcome> {
    let output = run.exec(&mut web::backend_tests(run.env))?;
    Ok(Outcome::Passed(format!("{} tests", node_tests_passed(&output)?)))
}
