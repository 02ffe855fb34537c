//! One object, three KMSs, three languages.

use super::step::{Run, Step};
use super::{c, python};
use crate::python::BINDINGS;
use anyhow::Result;

/// One step.
pub const STEPS: &[Step] = &[Step::new(
    "cross",
    "sealed in Python under AWS KMS, OpenBao and a token; opened in Node, Chromium and C",
    cross,
)
.needs(&["python:wheel", "wasm:build", "c:install"])];

fn cross(run: &Run) -> Result<String> {
    let prefix = c::installed(run)?;
    let variables = [("SEALWAX_C_PREFIX", prefix.as_path())];
    python::pytest(run, BINDINGS, &["tests/kms/cross"], &variables)
}
