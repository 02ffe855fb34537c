//! The rules about what may use what, checked on the sources.
//!
//! The checks read words, not syntax trees: they are short and fast, and what slips through is
//! left to the reviewer.

pub mod bindings;
pub mod circles;
mod graph;
mod imports;
pub mod layers;
mod source;
pub mod unsafety;
mod words;

use anyhow::{Result, bail};

/// Fails with every finding, one a line.
pub fn verdict(rule: &str, findings: &[String]) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{rule}\n  {}", findings.join("\n  "))
}
