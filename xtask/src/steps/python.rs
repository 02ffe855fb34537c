//! The independent reading of the format, in Python.

use super::step::{Outcome, Run, Step, tests_passed};
use anyhow::{Result, bail};

const REFERENCE: &str = "core/reference";

/// The reference's tests.
pub fn steps() -> Vec<Step> {
    vec![Step::new(
        "reference",
        "an independent reading of the format agrees with the vectors and the core",
        reference,
    )]
}

fn reference(run: &Run) -> Result<Outcome> {
    if !run.env.venv().is_dir() {
        bail!("the virtual environment is missing: run `cargo xtask setup --only python`");
    }
    let mut pytest = run.env.python();
    pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", REFERENCE]);
    let output = run.exec(&mut pytest)?;
    Ok(Outcome::Passed(format!("{} tests", tests_passed(&output))))
}
