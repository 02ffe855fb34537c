//! Conversion of wrapped keys to `sealwax.WrappedKey`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use sealwax::WrappedKeyRef;

/// A `sealwax.WrappedKey`.
pub(crate) fn to_py<'py>(py: Python<'py>, key: WrappedKeyRef<'_>) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.import(py, "sealwax._provider", "WrappedKey")?;
    class.call1((key.key_id, PyBytes::new(py, key.wrapped_dek), key.provider_id))
}
