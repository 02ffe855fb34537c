//! The providers of `sealwax.kms` against real servers and tokens on this machine.

use super::step::{Outcome, Run, Step, tests_passed};
use anyhow::{Result, bail};
use std::process::Command;

/// One step; it needs the wheel that the Python steps install.
pub fn steps() -> Vec<Step> {
    vec![Step::new(
        "kms",
        "sealwax.kms against OpenBao, AWS, Google, Azure and a token: every case and fault",
        kms,
    )]
}

fn kms(run: &Run) -> Result<Outcome> {
    // A dozen servers start here, and on a loaded machine one may be late: what failed runs once
    // more, alone. What fails again has failed.
    let output = run
        .exec(&mut pytest(run, &["--numprocesses", "2"]))
        .or_else(|_| run.exec(&mut pytest(run, &["--last-failed"])))?;
    match tests_passed(&output) {
        0 => bail!("no test ran:\n{output}"),
        count => Ok(Outcome::Passed(format!("{count} tests"))),
    }
}

fn pytest(run: &Run, arguments: &[&str]) -> Command {
    let mut pytest = run.env.python();
    pytest.args(["-m", "pytest", "--quiet"]).args(arguments).arg("tests/kms");
    pytest.current_dir(run.env.root.join("bindings-python"));
    pytest
}
