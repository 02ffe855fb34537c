//! On whose behalf Python code runs, on any thread.
//!
//! A thread that calls a provider waits for it. The provider may continue in coroutines and on other
//! threads; `contextvars` follow it there, and one of them holds the caller.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::call_context;

/// The caller of the provider that is running.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct CallerHandle(pub(crate) sealwax::CallerHandle);

/// Sets the hook with which the core finds it.
pub(crate) fn install() {
    sealwax::CallerHandle::set_hook(|| Python::attach(current));
}

fn current(py: Python<'_>) -> Option<sealwax::CallerHandle> {
    static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let variable = VARIABLE.import(py, "sealwax._call_context", "current_caller").ok()?;
    let value = call_context::value_of(variable).ok()?;
    Some(value.cast::<CallerHandle>().ok()?.get().0.clone())
}
