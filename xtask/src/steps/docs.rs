//! The documentation: the site, its examples in every language, and ARCHITECTURE.md.

use super::step::{Run, Step};
use super::{c, python};
use crate::docs::site;
use anyhow::Result;
use std::path::Path;
use xshell::cmd;

/// First the site, which the browser opens.
pub const STEPS: &[Step] = &[
    Step::new("docs:site", "the documentation site builds, no link leads nowhere", |run| {
        site::build(run.env, run.task)?;
        pytest(run, &["docs/tests/test_site.py"], &[])
    }),
    Step::new("docs:examples", "every example of the site runs, in its language", |run| {
        let prefix = c::installed(run)?;
        let variables = [("SEALWAX_C_PREFIX", prefix.as_path())];
        // Pages mostly wait, for servers that start.
        pytest(run, &["docs/tests/test_pages.py", "--numprocesses", "2"], &variables)
    })
    .needs(&["python:wheel", "wasm:build", "c:install", "docs:site"]),
    Step::new("docs:architecture", "ARCHITECTURE.md names what is there", |run| {
        pytest(run, &["docs/tests/test_architecture.py"], &[])
    }),
    Step::new("docs:browser", "the site in Chromium: for everybody, from one host", |run| {
        let (sh, site) = (&run.sh, site::folder(run.env));
        run.pass(cmd!(sh, "node docs/tests/browser.mjs {site}"))
    })
    .needs(&["docs:site"]),
];

fn pytest(run: &Run, arguments: &[&str], variables: &[(&str, &Path)]) -> Result<String> {
    let folder = site::folder(run.env);
    let variables = [&[("SEALWAX_SITE", folder.as_path())], variables].concat();
    python::pytest(run, "", arguments, &variables)
}
