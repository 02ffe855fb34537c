//! Encryption contexts: mappings of `str` to `str` on Python's side.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping};
use sealwax::{ContextRef, EncryptionContext};

use crate::errors;

/// Reads an optional mapping.
pub(crate) fn from_py(
    py: Python<'_>,
    mapping: Option<&Bound<'_, PyAny>>,
) -> PyResult<EncryptionContext> {
    let Some(mapping) = mapping else { return Ok(EncryptionContext::new()) };
    let pairs = pairs(mapping)?;
    EncryptionContext::from_pairs(pairs).map_err(|error| errors::to_py(py, error))
}

fn pairs(mapping: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let not_text = |_| PyTypeError::new_err("context must map str to str");
    if let Ok(dict) = mapping.cast::<PyDict>() {
        return dict.iter().map(|pair| pair_of(&pair).map_err(not_text)).collect();
    }
    let mapping = mapping
        .cast::<PyMapping>()
        .map_err(|_| PyTypeError::new_err("context must be a mapping of str to str, or None"))?;
    let items = mapping.items()?;
    items.iter().map(|item| item.extract().map_err(not_text)).collect()
}

fn pair_of(pair: &(Bound<'_, PyAny>, Bound<'_, PyAny>)) -> PyResult<(String, String)> {
    Ok((pair.0.extract()?, pair.1.extract()?))
}

/// A new `dict` of the pairs, sorted by key.
pub(crate) fn to_py<'py>(py: Python<'py>, context: ContextRef<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in context.iter() {
        dict.set_item(key, value)?;
    }
    Ok(dict)
}

/// The canonical bytes of a context, as headers hold them: for a provider to bind.
///
/// >>> from sealwax import canonical_context
/// >>> canonical_context({"tenant": "acme"}).hex()
/// '0001000674656e616e74000461636d65'
#[pyfunction]
#[pyo3(signature = (context, /))]
pub(crate) fn canonical_context<'py>(
    py: Python<'py>,
    context: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, from_py(py, Some(context))?.view().as_bytes()))
}
