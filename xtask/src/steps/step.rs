//! What a step of `cargo xtask test` is, and what it may use.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result};
use std::process::Command;

/// The profile of everything that the gate compiles; `.cargo/config.toml` defines it.
const PROFILE: [&str; 2] = ["--profile", "checked"];

/// How a step ended that did not fail.
pub enum Outcome {
    /// All is well; the note says how much was checked.
    Passed(String),
    /// There is nothing to check yet. A missing tool is a failure, not this.
    Skipped(String),
}

/// What a step does.
type Check = Box<dyn Fn(&Run) -> Result<Outcome>>;

/// One check of the project.
pub struct Step {
    /// Unique; `area:detail` where an area has several.
    pub name: String,
    /// What it shows, for the list.
    pub what: String,
    /// The check itself; its error is what people see of a failure.
    pub check: Check,
}

impl Step {
    /// A step with a name, a sentence and a check.
    pub fn new(
        name: impl Into<String>,
        what: impl Into<String>,
        check: impl Fn(&Run) -> Result<Outcome> + 'static,
    ) -> Self {
        Self { name: name.into(), what: what.into(), check: Box::new(check) }
    }

    /// Whether `name` is this step's name or its area.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.name.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
    }
}

/// What a running step works with.
pub struct Run<'a> {
    /// The places.
    pub env: &'a Env,
    /// Where it may show what it does.
    pub task: &'a Task,
}

impl Run<'_> {
    /// A native cargo command with the gate's profile; arguments can be added.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = self.env.cargo(subcommand);
        command.args(PROFILE);
        command
    }

    /// Runs a command; its whole output is the error when it fails.
    pub fn exec(&self, command: &mut Command) -> Result<String> {
        process::run(command, self.task)
    }

    /// Runs a command that has nothing to count.
    pub fn pass(&self, command: &mut Command) -> Result<Outcome> {
        self.exec(command).map(|_| passed())
    }
}

/// A pass without a note.
pub fn passed() -> Outcome {
    Outcome::Passed(String::new())
}

/// How many tests the output of `cargo test` or pytest counts as passed.
pub fn tests_passed(output: &str) -> usize {
    output.lines().filter_map(passed_in_line).sum()
}

/// Reads the line `ℹ pass 28` of Node's test runner.
pub fn node_tests_passed(output: &str) -> Result<usize> {
    output
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("ℹ pass ")?.trim().parse().ok())
        .context("the test runner printed no counts")
}

/// Reads the number before the word `passed` in a runner's closing line.
fn passed_in_line(line: &str) -> Option<usize> {
    let words: Vec<&str> =
        line.split([' ', ';', ',', '.']).filter(|word| !word.is_empty()).collect();
    let position = words.iter().position(|word| *word == "passed")?;
    words.get(position.checked_sub(1)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let cargo =
            "running 3 tests\ntest result: ok. 3 passed; 0 failed; 0 ignored; finished in 0.00s";
        let pytest = "===== 14 passed, 1 skipped in 0.31s =====";
        assert_eq!(tests_passed(&format!("{cargo}\n{pytest}\n")), 17);
        assert_eq!(tests_passed("test a ... ok"), 0);
    }

    #[test]
    fn a_step_answers_to_its_name_and_its_area() {
        let step = Step::new("features:alloc", "", |_| Ok(passed()));
        assert!(step.is_called("features:alloc") && step.is_called("features"));
        assert!(!step.is_called("feature") && !step.is_called("alloc"));
    }
}
