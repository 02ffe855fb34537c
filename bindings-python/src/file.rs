//! Encryption, decryption and rewrap of whole files.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use sealwax::file::{self, RewrapFileOutcome};

use crate::file_options::Writing;
use crate::keys::Keys;
use crate::options::{Opening, Sealing};
use crate::signals_and_progress::Watch;
use crate::{errors, header};

/// Encrypts a file; `sealwax.encrypt_file` calls it.
#[pyfunction]
#[pyo3(signature = (src, dst, keys, options, writing, progress))]
pub(crate) fn encrypt_file(
    py: Python<'_>,
    src: PathBuf,
    dst: PathBuf,
    keys: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
    writing: &Bound<'_, PyTuple>,
    progress: Option<Py<PyAny>>,
) -> PyResult<u64> {
    let sealing = Sealing::from_py(py, "encrypt_file()", Some(options))?;
    let writing = Writing::from_py(writing)?;
    let (keys, watch) = (Keys::for_sealing(keys, &sealing)?, Watch::new(progress));
    let result = py.detach(|| {
        let report = |done, total| watch.report(done, total);
        let how = writing.options().progress(&report);
        file::encrypt_file(src, dst, &keys.providers(), &sealing.unresolved(), &how)
    });
    let written = watch.finish(py, result)?;
    keys.tell_wrap_failures(py);
    Ok(written)
}

/// Decrypts a file; `sealwax.decrypt_file` calls it.
#[pyfunction]
#[pyo3(signature = (src, dst, keys, options, writing, progress))]
pub(crate) fn decrypt_file(
    py: Python<'_>,
    src: PathBuf,
    dst: PathBuf,
    keys: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
    writing: &Bound<'_, PyTuple>,
    progress: Option<Py<PyAny>>,
) -> PyResult<u64> {
    let opening = Opening::from_py(py, "decrypt_file()", Some(options))?;
    let writing = Writing::from_py(writing)?;
    let (keys, watch) = (Keys::from_py(keys)?, Watch::new(progress));
    let result = py.detach(|| {
        let report = |done, total| watch.report(done, total);
        let how = writing.options().progress(&report);
        file::decrypt_file(src, dst, &keys.providers(), &opening.options(), &how)
    });
    watch.finish(py, result)
}

/// Rewraps a file; returns whether its header was replaced in place.
#[pyfunction]
pub(crate) fn rewrap_file(
    py: Python<'_>,
    path: PathBuf,
    old: &Bound<'_, PyAny>,
    new: &Bound<'_, PyAny>,
    add: bool,
) -> PyResult<bool> {
    let (old, new) = (Keys::from_py(old)?, Keys::from_py(new)?);
    let watch = Watch::new(None);
    let outcome = py.detach(|| {
        let (old, new, mode) = (old.providers(), new.providers(), header::mode(add));
        let report = |done, total| watch.report(done, total);
        file::rewrap_file_with_progress(path, &old, &new, mode, &report)
    });
    Ok(watch.finish(py, outcome)? == RewrapFileOutcome::InPlace)
}

/// Reads the header of a file; returns its bytes.
#[pyfunction]
pub(crate) fn inspect_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
    let bytes = py.detach(|| file::inspect_file(path));
    bytes.map(|bytes| PyBytes::new(py, &bytes)).map_err(|error| errors::to_py(py, error))
}
