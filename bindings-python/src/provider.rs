//! The methods of `sealwax.Provider`, for providers implemented in Rust.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use sealwax::{Attempt, Dek, Error, KeyProvider, ProviderError, WrappedKeyRef};

use crate::data::Secret;
use crate::{context, errors, wrapped_key};

/// `Provider.wrap`.
pub(crate) fn wrap<'py>(
    provider: &dyn KeyProvider,
    dek: &Bound<'py, PyAny>,
    context: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = dek.py();
    let secret = Secret::copy(dek)?;
    let dek = Dek::from_slice(secret.as_bytes()).map_err(|error| errors::to_py(py, error))?;
    let context = context::from_py(py, Some(context))?;
    let wrapped = py.detach(|| provider.wrap(&dek, &mut context.view().into()));
    let wrapped = wrapped.map_err(|error| failed(py, provider, "", error))?;
    wrapped_key::to_py(py, wrapped.view())
}

/// `Provider.unwrap`.
pub(crate) fn unwrap<'py>(
    provider: &dyn KeyProvider,
    wrapped: &Bound<'py, PyAny>,
    context: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyByteArray>> {
    let py = wrapped.py();
    let key_id = wrapped.getattr("key_id")?.cast_into::<PyString>()?;
    let key_id = key_id.to_cow()?;
    let wrapped_dek = wrapped.getattr("wrapped_dek")?.cast_into::<PyBytes>()?;
    let context = context::from_py(py, Some(context))?;
    let wrapped = WrappedKeyRef {
        provider_id: provider.provider_id(),
        key_id: &key_id,
        wrapped_dek: wrapped_dek.as_bytes(),
    };
    let dek = py.detach(|| provider.unwrap(wrapped, &mut context.view().into()));
    let dek = dek.map_err(|error| failed(py, provider, &key_id, error))?;
    Ok(PyByteArray::new(py, dek.expose()))
}

/// `Provider.generate`.
pub(crate) fn generate<'py>(
    provider: &dyn KeyProvider,
    context: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyByteArray>, Bound<'py, PyAny>)> {
    let py = context.py();
    let context = context::from_py(py, Some(context))?;
    let Some(made) = py.detach(|| provider.generate(&mut context.view().into())) else {
        return Err(errors::invalid(py, "invalid argument: this provider generates no keys"));
    };
    let (dek, wrapped) = made.map_err(|error| failed(py, provider, "", error))?;
    Ok((PyByteArray::new(py, dek.expose()), wrapped_key::to_py(py, wrapped.view())?))
}

/// The exception for a single failed attempt.
fn failed(py: Python<'_>, provider: &dyn KeyProvider, key_id: &str, error: ProviderError) -> PyErr {
    let is_rejection = error.is_rejection();
    let attempts = vec![Attempt::new(provider.provider_id(), key_id, error)].into();
    let error =
        if is_rejection { Error::KeyUnwrap(attempts) } else { Error::ProviderFailed(attempts) };
    errors::to_py(py, error)
}
