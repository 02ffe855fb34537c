//! What a step of `cargo xtask test` is, and what it may use.

use crate::env::Env;
use crate::junit;
use crate::process;
use crate::ui::Task;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;
use xshell::Shell;

/// Runs a step. It returns a note about how much was checked, or the error to
/// show.
type Check = fn(&Run) -> Result<String>;

/// One check of the project.
#[derive(Clone, Copy)]
pub struct Step {
    /// Unique; `area:detail` where an area has several.
    pub name: &'static str,
    /// What it shows, for the list.
    pub what: &'static str,
    /// The check itself.
    pub check: Check,
    /// The steps that make what this one uses.
    pub needs: &'static [&'static str],
    /// Whether it compiles into the native target directory, which cargo locks.
    pub compiles: bool,
    /// Whether it needs only the native toolchain, and may start during the set-up.
    pub early: bool,
}

impl Step {
    /// A step with a name, a sentence and a check.
    pub const fn new(name: &'static str, what: &'static str, check: Check) -> Self {
        Self { name, what, check, needs: &[], compiles: false, early: false }
    }

    /// The step with what it uses.
    pub const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    /// The step as one that compiles into the native target directory.
    pub const fn compiles(self) -> Self {
        Self { compiles: true, ..self }
    }

    /// The step as one that needs no set-up.
    pub const fn early(self) -> Self {
        Self { early: true, ..self }
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
    /// In the workspace root.
    pub sh: Shell,
    /// Where it may show what it does.
    pub task: &'a Task,
    /// The name of the step.
    pub name: &'a str,
}

impl Run<'_> {
    /// Runs a command; its whole output is the error when it fails.
    pub fn exec(&self, command: impl Into<Command>) -> Result<String> {
        process::run(command, self.task)
    }

    /// Runs a command that has nothing to count.
    pub fn pass(&self, command: impl Into<Command>) -> Result<String> {
        self.exec(command).map(|_| String::new())
    }

    /// The JUnit file of this step, which a test runner is told to write.
    pub fn junit(&self) -> PathBuf {
        junit::file(self.env, self.name)
    }

    /// Runs a test runner that writes [`Run::junit`], and counts its tests; it is an error if none ran.
    pub fn tests(&self, command: impl Into<Command>) -> Result<String> {
        let file = self.junit();
        junit::prepare(&file)?;
        let output = self.exec(command)?;
        let tests = junit::read(&file)?;
        if tests.passed == 0 {
            bail!("no test ran:\n{output}");
        }
        Ok(tests.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_answers_to_its_name_and_its_area() {
        let step = Step::new("python:wheel", "", |_| Ok(String::new()));
        assert!(step.is_called("python:wheel") && step.is_called("python"));
        assert!(!step.is_called("pyth") && !step.is_called("wheel"));
    }
}
