//! The `keys` argument: one provider or several.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use sealwax::KeyProvider;

use crate::cache::CachingProvider;
use crate::guard::{self, Guard};
use crate::host::HostProvider;
use crate::local::LocalKey;

/// The providers of one call.
pub(crate) struct Keys {
    guards: Vec<Guard>,
}

impl Keys {
    /// Reads a provider or an iterable of them.
    pub(crate) fn from_py(keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        guard::start_call();
        if let Some(provider) = guarded(keys)? {
            return Ok(Keys { guards: vec![provider] });
        }
        let mut guards = Vec::new();
        for item in iterate(keys)? {
            guards.push(guarded(&item?)?.ok_or_else(not_a_provider)?);
        }
        Ok(Keys { guards })
    }

    /// The providers as the core takes them.
    pub(crate) fn providers(&self) -> Vec<&dyn KeyProvider> {
        self.guards.iter().map(|guard| guard as &dyn KeyProvider).collect()
    }

    /// The providers for a cache, which lives longer than the call.
    pub(crate) fn into_boxes(self) -> Vec<Box<dyn KeyProvider>> {
        self.guards.into_iter().map(|guard| Box::new(guard) as Box<dyn KeyProvider>).collect()
    }
}

fn iterate<'py>(keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, pyo3::types::PyIterator>> {
    let is_raw = keys.is_instance_of::<PyString>()
        || keys.is_instance_of::<PyBytes>()
        || keys.is_instance_of::<PyByteArray>();
    if is_raw { Err(not_a_provider()) } else { keys.try_iter().map_err(|_| not_a_provider()) }
}

/// The provider that an object is, if it is one.
pub(crate) fn guarded(object: &Bound<'_, PyAny>) -> PyResult<Option<Guard>> {
    if let Ok(local) = object.cast::<LocalKey>() {
        return Ok(Some(Guard::new(local.get().provider())));
    }
    if let Ok(cache) = object.cast::<CachingProvider>() {
        return Ok(Some(Guard::of_cache(cache.get().provider())));
    }
    if !object.hasattr("provider_id")? {
        return Ok(None);
    }
    Ok(Some(Guard::new(Arc::new(HostProvider::new(object)?))))
}

/// What people see who give something else.
pub(crate) fn not_a_provider() -> PyErr {
    PyTypeError::new_err(
        "keys must be a key provider or several: an object with provider_id, wrap, unwrap and \
         accepts, such as sealwax.LocalKey",
    )
}
