//! No files that use each other in a circle: none can be read, tested or changed without the others.

use super::graph::Graph;
use super::imports::{python, rust, typescript};
use crate::metadata::Package;
use anyhow::Result;
use std::path::Path;

/// Packages that had circles when the rule was made. The list only gets shorter.
const KNOWN: [&str; 1] = ["sealwax-python"];

/// What the check has found.
#[derive(Default)]
pub struct Findings {
    /// Circles that must go, and packages of the list that have none any more.
    pub errors: Vec<String>,
    /// The circles of the packages that are listed.
    pub known: Vec<String>,
}

/// The circles of all packages: those of their Rust targets, and of the files of their folders.
pub fn findings(root: &Path, packages: &[Package]) -> Result<Findings> {
    let mut findings = Findings::default();
    for package in packages {
        let circles = circles_of(package)?;
        let shown = circles.iter().map(|circle| show(root, circle));
        match (KNOWN.contains(&package.name.as_str()), circles.is_empty()) {
            (true, true) => findings
                .errors
                .push(format!("{} has no circle any more: take it off the list", package.name)),
            (true, false) => findings.known.extend(shown),
            (false, _) => findings.errors.extend(shown),
        }
    }
    Ok(findings)
}

fn circles_of(package: &Package) -> Result<Vec<Vec<std::path::PathBuf>>> {
    let mut graph = Graph::default();
    for root in &package.roots {
        graph.merge(rust::graph(root)?);
    }
    graph.merge(typescript::graph(&package.folder)?);
    graph.merge(python::graph(&package.folder)?);
    Ok(graph.circles())
}

fn show(root: &Path, circle: &[std::path::PathBuf]) -> String {
    let around = circle.iter().chain(circle.first());
    let names = around.map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string());
    names.collect::<Vec<_>>().join(" -> ")
}
