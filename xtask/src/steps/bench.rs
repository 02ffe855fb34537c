//! That the benchmarks still run. Their figures are no business of a gate.

use super::step::{Outcome, Run, Step, passed};
use anyhow::{Result, bail};

/// The comparisons on tiny inputs, and each of the parts once.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new("bench:speed", "the comparisons run, on tiny inputs", speed),
        Step::new("bench:parts", "the benchmarks of the parts run", |run| {
            run.exec(run.cargo("bench").args([
                "--package",
                "sealwax",
                "--bench",
                "parts",
                "--",
                "--test",
            ]))?;
            Ok(passed())
        }),
    ]
}

fn speed(run: &Run) -> Result<Outcome> {
    let mut cargo = run.cargo("bench");
    cargo.args(["--package", "sealwax", "--bench", "speed", "--", "--quick"]);
    let output = run.exec(&mut cargo)?;
    let rows = output.lines().filter(|line| line.starts_with("| ")).count();
    match rows.checked_sub(2) {
        None | Some(0) => bail!("the table has no row:\n{output}"),
        Some(rows) => Ok(Outcome::Passed(format!("{rows} rows"))),
    }
}
