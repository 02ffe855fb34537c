//! Whole files.

use core::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyTuple};
use sealwax::ErrorCode;
use sealwax::file::{self, RewrapFileOutcome};

use crate::file_options::Writing;
use crate::keys::Keys;
use crate::options::{Opening, Sealing};
use crate::{errors, header, interrupts};

/// How often Python is asked whether to go on: often enough for a key press, and so rarely that
/// waiting for a busy interpreter does not matter.
const INTERVAL: Duration = Duration::from_millis(40);

/// Tells the program how far the work is, and notices when it wants no more.
struct Watch {
    progress: Option<Py<PyAny>>,
    state: Mutex<WatchState>,
}

struct WatchState {
    next: Instant,
    raised: Option<PyErr>,
}

impl Watch {
    fn new(progress: Option<Py<PyAny>>) -> Self {
        let state = Mutex::new(WatchState { next: Instant::now() + INTERVAL, raised: None });
        Watch { progress, state }
    }

    fn report(&self, done: u64, total: u64) -> ControlFlow<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() < state.next && done != total {
            return ControlFlow::Continue(());
        }
        let answer = Python::attach(|py| self.ask(py, done, total));
        state.next = Instant::now() + INTERVAL;
        match answer {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => ControlFlow::Break(()),
            Err(error) => {
                state.raised = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Signals such as Ctrl-C first; then the callback, which may cancel by returning `False`.
    fn ask(&self, py: Python<'_>, done: u64, total: u64) -> PyResult<bool> {
        interrupts::raise()?;
        py.check_signals()?;
        let Some(progress) = &self.progress else { return Ok(true) };
        let answer = progress.bind(py).call1((done, total))?;
        Ok(!answer.is(PyBool::new(py, false)))
    }

    /// What the callback raised goes before the core's word that it was cancelled.
    fn finish<T>(self, py: Python<'_>, result: sealwax::Result<T>) -> PyResult<T> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        result.map_err(|error| match (error.code(), state.raised) {
            (ErrorCode::Cancelled, Some(raised)) => raised,
            _ => errors::to_py(py, error),
        })
    }
}

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

/// Rewraps a file; says whether its header was replaced in place.
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

/// The header's bytes of a file.
#[pyfunction]
pub(crate) fn inspect_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
    let bytes = py.detach(|| file::inspect_file(path));
    bytes.map(|bytes| PyBytes::new(py, &bytes)).map_err(|error| errors::to_py(py, error))
}
