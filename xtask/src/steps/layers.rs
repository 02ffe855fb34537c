//! Steps for the rules of [`crate::layering`].

use super::step::{Outcome, Run, Step, passed};
use crate::layering::{bindings, circles, layers, unsafety, verdict};
use crate::metadata::{self, Package};
use anyhow::Result;

/// One step for each rule.
pub const STEPS: &[Step] = &[
    Step::new("layering:core", "inside the core, modules use only layers below them", |run| {
        verdict("the core's layers:", &layers::findings(&run.env.root)?)?;
        Ok(passed())
    }),
    Step::new("layering:circles", "no files use each other in a circle", |run| {
        let packages = metadata::packages(run.env)?;
        verdict("circles of files:", &circles::findings(&run.env.root, &packages)?)?;
        Ok(passed())
    }),
    Step::new(
        "layering:bindings",
        "no cryptography and no format constant in a binding",
        in_bindings,
    ),
    Step::new("layering:unsafe", "unsafe code stands in the ffi module of bindings-c only", in_all),
];

fn in_bindings(run: &Run) -> Result<Outcome> {
    let packages = metadata::packages(run.env)?;
    let is_binding = |package: &&Package| {
        package.folder.file_name().is_some_and(|name| bindings::is_binding(&name.to_string_lossy()))
    };
    let found: Vec<&Package> = packages.iter().filter(is_binding).collect();
    let names: Vec<&str> = found.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in &found {
        findings.extend(bindings::dependency_findings(package, &names));
        findings.extend(bindings::source_findings(&package.folder)?);
    }
    verdict("bindings only convert and call the core:", &findings)?;
    if found.is_empty() {
        return Ok(Outcome::Skipped("there is no binding".to_owned()));
    }
    Ok(Outcome::Passed(names.join(", ")))
}

fn in_all(run: &Run) -> Result<Outcome> {
    let folders: Vec<_> =
        metadata::packages(run.env)?.into_iter().map(|package| package.folder).collect();
    verdict("unsafe code outside its file:", &unsafety::findings(&run.env.root, &folders)?)?;
    Ok(passed())
}
