//! Steps for the rules of [`crate::layering`], and the circles that other tools find.

use super::step::{Run, Step};
use crate::layering::{Graph, layers, rust, words};
use crate::{metadata, wasm};
use anyhow::{Context, Result};
use serde_json::Value;
use xshell::cmd;

/// One step for each rule.
pub const STEPS: &[Step] = &[
    Step::new("layering:core", "inside the core, modules use only layers below them", |run| {
        layers::check(&run.env.root).map(|()| String::new())
    }),
    Step::new("layering:circles", "no files use each other in a circle", |run| {
        let mut graph = Graph::default();
        for root in metadata::packages(run.env)?.iter().flat_map(|package| &package.roots) {
            graph.merge(rust::graph(root)?);
        }
        graph.merge(python(run)?);
        graph.check_circles(&run.env.root)?;
        let sh = run.env.shell_in(wasm::PACKAGE)?;
        run.pass(cmd!(sh, "npm run circles"))
    }),
    Step::new("layering:bindings", "no cryptography and no format constant in a binding", |run| {
        words::check(run.env, words::BINDINGS).map(|()| String::new())
    }),
    Step::new(
        "layering:unsafe",
        "unsafe code stands in the ffi module of bindings-c only",
        |run| words::check(run.env, words::UNSAFE).map(|()| String::new()),
    ),
];

/// What Python's files import of each other, as ruff knows it; within functions too.
fn python(run: &Run) -> Result<Graph> {
    let (sh, ruff) = (&run.sh, run.env.checker("ruff")?);
    let told = crate::process::ask(cmd!(sh, "{ruff} analyze graph --preview ."))?;
    let told: Value = serde_json::from_str(&told)?;
    let mut graph = Graph::default();
    for (file, used) in told.as_object().context("ruff gives no graph")? {
        // The stub of a compiled module names the types of modules that use it.
        for used in used.as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !used.ends_with(".pyi") {
                graph.add(&run.env.root.join(file), &run.env.root.join(used));
            }
        }
    }
    Ok(graph)
}
