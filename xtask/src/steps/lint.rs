//! One step for each formatter and linter.

use super::step::{Run, Step};
use crate::lint::TOOLS;
use anyhow::{Context, Result};

/// The steps.
pub fn steps() -> impl Iterator<Item = Step> {
    TOOLS.iter().map(|tool| Step::new(tool.name, tool.what, check).needs(tool.needs))
}

/// The step has the name of its tool.
fn check(run: &Run) -> Result<String> {
    let tool = TOOLS.iter().find(|tool| tool.name == run.name);
    tool.context("a tool of no name")?.run(run.env, false, run.task).map(|()| String::new())
}
