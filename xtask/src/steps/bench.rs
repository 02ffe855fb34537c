//! The benchmarks still run. The gate ignores their figures.

use super::step::Step;
use anyhow::{Result, bail};
use xshell::cmd;

/// The comparisons on tiny inputs, and each of the parts once.
pub const STEPS: &[Step] = &[
    Step::new("bench:speed", "the comparisons run, on tiny inputs", |run| {
        let sh = &run.sh;
        let bench = ["--package", "sealwax", "--bench", "speed"];
        let output = run.exec(cmd!(sh, "cargo bench --profile checked {bench...} -- --quick"))?;
        rows(&output)
    })
    .compiles(),
    Step::new("bench:parts", "the benchmarks of the parts run", |run| {
        let sh = &run.sh;
        let bench = ["--package", "sealwax", "--bench", "parts"];
        run.pass(cmd!(sh, "cargo bench --profile checked {bench...} -- --test"))
    })
    .compiles(),
];

/// Counts the rows of a benchmark's table; it is an error if there is none.
pub fn rows(output: &str) -> Result<String> {
    match output.lines().filter(|line| line.contains('\t')).count() {
        0 | 1 => bail!("the table has no row:\n{output}"),
        lines => Ok(format!("{} rows", lines - 1)),
    }
}
