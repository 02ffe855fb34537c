//! Exceptions of Python providers, carried through the core.

use core::fmt;

use pyo3::exceptions::{PyException, PyPermissionError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use sealwax::ProviderError;

/// A Python exception. Only its class is shown, because its text may hold more than a log should.
/// The texts of this package's own classes hold no secret.
#[derive(Debug)]
pub(crate) struct HostError {
    /// The exception, for `__cause__`.
    pub(crate) error: PyErr,
    shown: String,
    /// Whether it stops the program and not just this call, such as `KeyboardInterrupt`.
    pub(crate) is_interrupt: bool,
}

impl HostError {
    /// The host's own exception, if there is one.
    pub(crate) fn of(error: &ProviderError) -> Option<&Self> {
        core::error::Error::source(error)?.downcast_ref()
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl std::error::Error for HostError {
    /// An interrupt also stops the call in the core, which would otherwise try another provider.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        static CANCELLED: sealwax::Error = sealwax::Error::Cancelled;
        self.is_interrupt.then_some(&CANCELLED as _)
    }
}

/// Classifies an exception of a provider. `KeyUnwrapError` rejects the wrapped key;
/// `PermissionError`, or an annotation, means that the KMS denied permission; any other exception
/// is a failure of the host.
pub(crate) fn provider_error(
    py: Python<'_>,
    error: PyErr,
    notes: &Bound<'_, PyDict>,
) -> ProviderError {
    let (is_rejection, is_denial) = (is_rejection(py, &error), is_denial(py, &error, notes));
    let shown = describe(py, &error).unwrap_or_default();
    let is_interrupt = !error.is_instance_of::<PyException>(py);
    let host = HostError { error, shown, is_interrupt };
    if is_rejection {
        ProviderError::rejected(host)
    } else if is_denial {
        ProviderError::denied(host)
    } else {
        ProviderError::failed(host)
    }
}

fn describe(py: Python<'_>, error: &PyErr) -> PyResult<String> {
    static DESCRIBE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let describe = DESCRIBE.import(py, "sealwax._host", "describe")?;
    describe.call1((error.value(py),))?.extract()
}

fn is_rejection(py: Python<'_>, error: &PyErr) -> bool {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CLASS
        .import(py, "sealwax._errors", "KeyUnwrapError")
        .is_ok_and(|class| error.is_instance(py, class))
}

fn is_denial(py: Python<'_>, error: &PyErr, notes: &Bound<'_, PyDict>) -> bool {
    let outcome = notes.get_item(intern!(py, "outcome")).ok().flatten();
    error.is_instance_of::<PyPermissionError>(py)
        || outcome.is_some_and(|it| it.eq("denied").unwrap_or(false))
}
