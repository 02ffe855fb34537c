//! The API references: each language's own tool makes them from the sources.

use crate::env::Env;
use crate::process;
use crate::setup::{self, apt};
use crate::steps;
use crate::ui::task;
use anyhow::Result;
use std::fs;
use std::path::Path;
use xshell::{Cmd, cmd};

/// The public modules of the Python package.
const PYTHON_MODULES: [&str; 6] =
    ["sealwax", "sealwax.aio", "sealwax.audit", "sealwax.config", "sealwax.kms", "sealwax.s3"];

/// Builds all of them into a folder of the site.
pub fn build(env: &Env, site: &Path) -> Result<()> {
    apt::install(env, apt::missing(env, &["doxygen"])?)?;
    setup::ensure_only(env, &["docs"])?;
    steps::run_named(env, &["python:wheel"])?;
    let api = &site.join("api");
    fs::create_dir_all(api)?;
    let (sh, python) = (env.shell()?, env.python());
    let made = |name: &str, command: Cmd| task(name, |task| process::run(command, task));
    // A separate target directory, so that the site has only the core.
    let target = env.target.join("rustdoc");
    let rust = cmd!(sh, "cargo doc --package sealwax --no-deps --target-dir {target}");
    made("Rust: rustdoc", rust.env("RUSTDOCFLAGS", "-D warnings"))?;
    made("Rust: into the site", cmd!(sh, "cp -R {target}/doc {api}/rust"))?;
    let pdoc = env.root.join("docs/api/python.py");
    let options = ["--no-show-source", "--docformat", "google", "--output-directory"];
    made(
        "Python: pdoc",
        cmd!(sh, "{python} {pdoc} {options...} {api}/python {PYTHON_MODULES...}"),
    )?;
    let typedoc = env.root.join("docs/api/node_modules/.bin/typedoc");
    let options = ["--options", "docs/api/typedoc.json", "--out"];
    made("JavaScript: TypeDoc", cmd!(sh, "{typedoc} {options...} {api}/javascript"))?;
    let doxygen = cmd!(sh, "doxygen docs/api/Doxyfile").env("SEALWAX_DOCS_OUT", api);
    made("C and C++: Doxygen", doxygen)?;
    // No link is broken, including those into the references.
    let links = cmd!(sh, "{python} -m pytest --quiet docs/tests/test_site.py");
    let links = links.env("SEALWAX_SITE", site).env("SEALWAX_SITE_API", "1");
    made("links", links).map(drop)
}
