//! The API references: each language's own tool makes them from the sources.

use super::site;
use crate::env::Env;
use crate::process;
use crate::setup;
use crate::steps;
use crate::toolchain::Choice;
use crate::ui::{Mark, Task};
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What of the Python package is meant to be used.
const PYTHON_MODULES: [&str; 5] =
    ["sealwax", "sealwax.aio", "sealwax.audit", "sealwax.kms", "sealwax.s3"];

/// Builds all of them below the site.
pub fn build(env: &Env, choice: Choice) -> Result<()> {
    setup::packages(env, &["doxygen"])?;
    setup::ensure_only(env, choice, &["docs"])?;
    steps::run_named(env, &["python:wheel"])?;
    let api = site(env).join("api");
    fs::create_dir_all(&api)?;
    made("Rust: rustdoc", |task| rust(env, &api.join("rust"), task))?;
    made("Python: pdoc", |task| process::run(&mut python(env, &api), task).map(drop))?;
    made("JavaScript: TypeDoc", |task| process::run(&mut javascript(env, &api), task).map(drop))?;
    made("C and C++: Doxygen", |task| process::run(&mut c(env, &api), task).map(drop))?;
    made("links", |task| process::run(&mut links(env), task).map(drop))
}

fn made(title: &str, make: impl FnOnce(&Task) -> Result<()>) -> Result<()> {
    let task = Task::start(format!("docs: {title}"));
    let result = make(&task);
    task.end(if result.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    result
}

/// In a target directory of its own: the site has the core alone.
fn rust(env: &Env, folder: &Path, task: &Task) -> Result<()> {
    let target = env.target.join("rustdoc");
    let mut cargo = env.cargo("doc");
    cargo.args(["--package", "sealwax", "--no-deps", "--target-dir"]).arg(&target);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"), task)?;
    let mut copy = env.program("cp");
    process::run(copy.arg("-R").arg(target.join("doc")).arg(folder), task).map(drop)
}

fn python(env: &Env, api: &Path) -> Command {
    let mut pdoc = env.python();
    pdoc.args(["-m", "pdoc", "--no-show-source", "--docformat", "google", "--output-directory"]);
    pdoc.arg(api.join("python")).args(PYTHON_MODULES);
    pdoc
}

fn javascript(env: &Env, api: &Path) -> Command {
    let mut typedoc = env.program(env.root.join("docs/api/node_modules/.bin/typedoc"));
    typedoc.args(["--options", "docs/api/typedoc.json", "--out"]).arg(api.join("javascript"));
    typedoc
}

fn c(env: &Env, api: &Path) -> Command {
    let mut doxygen = env.program("doxygen");
    doxygen.arg("docs/api/Doxyfile").env("SEALWAX_DOCS_OUT", api);
    doxygen
}

/// Every link of the whole site leads somewhere, those into the references too.
fn links(env: &Env) -> Command {
    let mut pytest = env.python();
    pytest.args(["-m", "pytest", "--quiet", "docs/tests/test_site.py"]);
    pytest.env("SEALWAX_SITE", site(env)).env("SEALWAX_SITE_API", "1");
    pytest
}
