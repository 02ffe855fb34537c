//! One object, three KMSs, three languages.

use super::c;
use super::step::{Outcome, Run, Step, tests_passed};
use anyhow::{Result, bail};

/// One step; it needs the wheel, the JavaScript package and the C library of the steps before it.
pub fn steps() -> Vec<Step> {
    vec![Step::new(
        "cross",
        "sealed in Python under AWS KMS, OpenBao and a token; opened in Node, Chromium and C",
        cross,
    )]
}

fn cross(run: &Run) -> Result<Outcome> {
    let mut pytest = run.env.python();
    pytest.env("SEALWAX_C_HSM_FILE", c::hsm_file(run)?);
    pytest.args(["-m", "pytest", "--quiet", "tests/kms/cross"]);
    let output = run.exec(pytest.current_dir(run.env.root.join("bindings-python")))?;
    match tests_passed(&output) {
        0 => bail!("no test ran:\n{output}"),
        count => Ok(Outcome::Passed(format!("{count} tests"))),
    }
}
