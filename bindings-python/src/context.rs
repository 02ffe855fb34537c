//! Encryption contexts: mappings of `str` to `str` in Python.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString};
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
    if let Ok(dict) = mapping.cast::<PyDict>() {
        return dict.iter().map(|(key, value)| pair_of(&key, &value)).collect();
    }
    let what = "context must be a mapping of str to str, or None";
    let mapping =
        mapping.cast::<PyMapping>().map_err(|_| errors::invalid_type(mapping.py(), what))?;
    let pair = |item: Bound<'_, PyAny>| pair_of(&item.get_item(0)?, &item.get_item(1)?);
    mapping.items()?.iter().map(pair).collect()
}

fn pair_of(key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<(String, String)> {
    let text = |text: &Bound<'_, PyAny>| text.extract::<String>().map_err(|_| not_text(key, value));
    Ok((text(key)?, text(value)?))
}

/// The error for a value that is not text, such as an account id as a number. It shows only the
/// type: a context is public, but a value of another type may be anything.
fn not_text(key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyErr {
    let what = match key.extract::<String>() {
        Ok(key) => {
            format!("context must map str to str: the value of {key:?} {}", problem_of(value))
        }
        Err(_) => format!("context must map str to str: a key {}", problem_of(key)),
    };
    errors::invalid_type(key.py(), &what)
}

fn problem_of(value: &Bound<'_, PyAny>) -> String {
    if value.is_instance_of::<PyString>() {
        return "has a lone surrogate, which UTF-8 cannot hold".to_owned();
    }
    let name = value.get_type().name();
    format!("is of type {}", name.map_or_else(|_| "?".into(), |name| name.to_string()))
}

/// A new `dict` of the pairs, sorted by key.
pub(crate) fn to_py<'py>(py: Python<'py>, context: ContextRef<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in context.iter() {
        dict.set_item(key, value)?;
    }
    Ok(dict)
}

/// The canonical bytes of a context, as in headers, for a provider to bind. Source: FORMAT.md,
/// section 4.2.
///
/// Raises:
///     InvalidArgumentError, LimitError: a key is empty, or the context is too large.
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
