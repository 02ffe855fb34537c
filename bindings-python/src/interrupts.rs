//! Exceptions that stop the program, such as `KeyboardInterrupt`, raised where they cannot
//! propagate.
//!
//! A signal handler runs in the next Python code, which may be the check of the audit log's level,
//! a provider's `accepts` or a provider's call. This module keeps its exception until the call can
//! raise it. Until then, no other provider is called.

use core::cell::RefCell;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

thread_local! {
    static KEPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps an exception that stops the program. Any other exception of `object` goes to
/// `sys.unraisablehook`.
pub(crate) fn keep_or_report(py: Python<'_>, error: PyErr, object: Option<&Bound<'_, PyAny>>) {
    if error.is_instance_of::<PyException>(py) {
        error.write_unraisable(py, object);
    } else {
        KEPT.set(Some(error));
    }
}

/// Keeps an exception that stops the program.
pub(crate) fn keep(error: &PyErr) {
    KEPT.set(Some(Python::attach(|py| error.clone_ref(py))));
}

/// Whether this thread has a pending exception.
pub(crate) fn is_kept() -> bool {
    KEPT.with_borrow(Option::is_some)
}

/// Takes the pending exception.
pub(crate) fn take() -> Option<PyErr> {
    KEPT.take()
}

/// Raises the pending exception.
pub(crate) fn raise() -> PyResult<()> {
    take().map_or(Ok(()), Err)
}
