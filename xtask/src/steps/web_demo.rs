//! The upload page: its backend, with a real store and key service.

use super::step::{Outcome, Run, Step};
use crate::demo::web;
use anyhow::{Context, Result};

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
    Ok(Outcome::Passed(format!("{} tests", passed(&output)?)))
}

/// Reads the line `ℹ pass 28` of Node's test runner.
fn passed(output: &str) -> Result<u32> {
    output
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("ℹ pass ")?.trim().parse().ok())
        .context("the test runner printed no counts")
}
