//! Exceptions that ask to stop the program, raised where no caller could take them.
//!
//! A signal handler runs in whatever Python code comes next: the question whether anybody listens to
//! the audit log, or a provider's `accepts`. What it raises is kept here until the call can raise it.

use core::cell::RefCell;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

thread_local! {
    static KEPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps what asks to stop the program; any other error of `object` goes to `sys.unraisablehook`.
pub(crate) fn keep_or_report(py: Python<'_>, error: PyErr, object: Option<&Bound<'_, PyAny>>) {
    if error.is_instance_of::<PyException>(py) {
        error.write_unraisable(py, object);
    } else {
        KEPT.set(Some(error));
    }
}

/// Whether this thread keeps one.
pub(crate) fn is_kept() -> bool {
    KEPT.with_borrow(Option::is_some)
}

/// Takes it.
pub(crate) fn take() -> Option<PyErr> {
    KEPT.take()
}

/// Raises it.
pub(crate) fn raise() -> PyResult<()> {
    take().map_or(Ok(()), Err)
}
