//! No files that use each other in a circle: none can be read, tested or changed without the others.

use super::graph::Graph;
use super::imports::{python, rust, typescript};
use crate::metadata::Package;
use anyhow::Result;
use std::path::Path;

/// The circles of all packages: those of their Rust targets, and of the files of their folders.
pub fn findings(root: &Path, packages: &[Package]) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for package in packages {
        findings.extend(circles_of(package)?.iter().map(|circle| show(root, circle)));
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
