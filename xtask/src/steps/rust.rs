//! Steps over the whole workspace: format, lints, documentation, tests.

use super::step::{Outcome, Run, Step, tests_passed};
use anyhow::{Result, bail};

/// The package whose features have tests of their own.
const CORE: &str = "sealwax";

/// Format, lints, documentation, tests.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new("fmt", "every Rust file is formatted", |run| {
            run.pass(run.env.cargo("fmt").args(["--all", "--check", "--", "--color", "never"]))
        }),
        Step::new("clippy", "no lint in any target of the workspace", |run| {
            run.pass(run.cargo("clippy").args([
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]))
        }),
        Step::new("doc", "the documentation builds without a warning", doc),
        Step::new("test", "unit, integration and documentation tests", |run| {
            test(run, &["--workspace"])
        }),
        Step::new("test:portable", "the core's tests without AWS-LC", |run| {
            test(run, &["--package", CORE, "--no-default-features", "--features=std"])
        }),
    ]
}

fn doc(run: &Run) -> Result<Outcome> {
    let mut cargo = run.cargo("doc");
    cargo.args(["--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    run.pass(&mut cargo)
}

fn test(run: &Run, arguments: &[&str]) -> Result<Outcome> {
    let output = run.exec(run.cargo("test").args(arguments))?;
    match tests_passed(&output) {
        0 => bail!("no test ran:\n{output}"),
        count => Ok(Outcome::Passed(format!("{count} tests"))),
    }
}
