//! The text form.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::data::Data;
use crate::errors;

/// The text form of an envelope or a header, URL-safe, for places that only hold text.
///
/// >>> from sealwax import LocalKey, encrypt, from_text, to_text
/// >>> envelope = encrypt(b"tide table", LocalKey.generate())
/// >>> text = to_text(envelope)
/// >>> from_text(text) == envelope
/// True
#[pyfunction]
#[pyo3(signature = (data, /))]
pub(crate) fn to_text(data: &Bound<'_, PyAny>) -> PyResult<String> {
    let bytes = Data::from_py(data)?.whole()?;
    Ok(data.py().detach(|| sealwax::to_text(&bytes)))
}

/// The bytes of the text form.
///
/// Raises:
///     FormatError: `text` is anything that `to_text` never writes.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn from_text<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = py.detach(|| sealwax::from_text(text));
    bytes.map(|bytes| PyBytes::new(py, &bytes)).map_err(|error| errors::to_py(py, error))
}

/// Untrusted text as errors and logs show it: on one line, escaped, and cut.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn escaped(text: &str) -> String {
    sealwax::Escaped::new(text).to_string()
}
