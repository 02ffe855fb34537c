//! The providers of `sealwax.kms` against real servers and tokens on this machine.

use super::step::{Outcome, Run, Step, tests_passed};
use anyhow::{Result, bail};

/// One step; it needs the wheel that the Python steps install.
pub fn steps() -> Vec<Step> {
    vec![Step::new(
        "kms",
        "sealwax.kms against OpenBao, AWS, Google, Azure and a token: every case and fault",
        kms,
    )]
}

fn kms(run: &Run) -> Result<Outcome> {
    let mut pytest = run.env.python();
    pytest.args(["-m", "pytest", "--quiet", "--numprocesses", "2", "--dist", "loadgroup"]);
    // Both have commands of their own.
    pytest.args(["tests/kms", "--ignore", "tests/kms/cross", "--ignore", "tests/kms/full"]);
    pytest.current_dir(run.env.root.join("bindings-python"));
    let output = run.exec(&mut pytest)?;
    match tests_passed(&output) {
        0 => bail!("no test ran:\n{output}"),
        count => Ok(Outcome::Passed(format!("{count} tests"))),
    }
}
