//! The reports of test runners, in the form that all of them can write: JUnit's XML.

use crate::env::Env;
use anyhow::{Context, Result};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// What a report counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Tests {
    /// Tests that ran and passed.
    pub passed: usize,
    /// The reasons of those that did not run.
    pub skipped: Vec<String>,
}

/// Where the report of a step belongs; a CI may collect the folder.
pub fn file(env: &Env, step: &str) -> PathBuf {
    env.target.join("junit").join(step.replace(':', "-")).with_extension("xml")
}

/// Removes an old report.
pub fn prepare(file: &Path) -> Result<()> {
    fs::create_dir_all(file.parent().context("a report lies in a folder")?)?;
    if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(())
}

/// Reads a report that a runner wrote at a place of its own, and keeps it.
pub fn keep(written: &Path, file: &Path) -> Result<Tests> {
    prepare(file)?;
    fs::rename(written, file).with_context(|| written.display().to_string())?;
    read(file)
}

/// Reads a report.
pub fn read(file: &Path) -> Result<Tests> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the test runner wrote no {}", file.display()))?;
    parse(&text).with_context(|| file.display().to_string())
}

fn parse(text: &str) -> Result<Tests> {
    let document = roxmltree::Document::parse(text)?;
    let mut tests = Tests { passed: 0, skipped: Vec::new() };
    for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
        let child = |name: &str| case.children().find(|node| node.has_tag_name(name));
        if let Some(skipped) = child("skipped") {
            // Node's runner writes `true` where a test gives no reason.
            let reason = skipped.attribute("message").filter(|message| *message != "true");
            let reason = reason.or_else(|| case.attribute("name"));
            tests.skipped.push(reason.unwrap_or_default().to_owned());
        } else if child("failure").is_none() && child("error").is_none() {
            tests.passed += 1;
        }
    }
    Ok(tests)
}

impl fmt::Display for Tests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tests", self.passed)?;
        if !self.skipped.is_empty() {
            write!(f, "; skipped: {}", self.skipped.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Tests, parse};

    #[test]
    fn what_ran_and_passed_is_counted() {
        let text = "<?xml version=\"1.0\"?><testsuites><testsuite name=\"a\"><testcase name=\"1\"/>\
            <testsuite><testcase name=\"2\"><system-out>x</system-out></testcase></testsuite>\
            <testcase name=\"3\"><failure>no</failure></testcase>\
            <testcase name=\"4\"><skipped message=\"no token\"/></testcase></testsuite></testsuites>";
        let wanted = Tests { passed: 2, skipped: vec!["no token".into()] };
        assert_eq!(parse(text).unwrap(), wanted);
        assert!(parse("ok").is_err());
    }
}
