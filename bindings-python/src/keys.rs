//! The `keys` argument: one provider or several.

use core::sync::atomic::AtomicBool;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use sealwax::KeyProvider;

use crate::guard::Guard;
use crate::host::{self, HostProvider};
use crate::local::LocalKey;

/// The providers of one call.
pub(crate) struct Keys {
    guards: Vec<Guard>,
}

impl Keys {
    /// Reads a provider or an iterable of them.
    pub(crate) fn from_py(keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let audited = host::is_audited();
        let guard = |provider| Guard::new(provider, Arc::clone(&interrupted), audited);
        if let Some(provider) = provider(keys)? {
            return Ok(Keys { guards: vec![guard(provider)] });
        }
        let mut guards = Vec::new();
        for item in iterate(keys)? {
            let provider = provider(&item?)?.ok_or_else(not_a_provider)?;
            guards.push(guard(provider));
        }
        Ok(Keys { guards })
    }

    /// The providers as the core takes them.
    pub(crate) fn providers(&self) -> Vec<&dyn KeyProvider> {
        self.guards.iter().map(|guard| guard as &dyn KeyProvider).collect()
    }
}

fn iterate<'py>(keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, pyo3::types::PyIterator>> {
    let is_raw = keys.is_instance_of::<PyString>()
        || keys.is_instance_of::<PyBytes>()
        || keys.is_instance_of::<PyByteArray>();
    if is_raw { Err(not_a_provider()) } else { keys.try_iter().map_err(|_| not_a_provider()) }
}

/// The provider that an object is, if it is one.
pub(crate) fn provider(object: &Bound<'_, PyAny>) -> PyResult<Option<Arc<dyn KeyProvider>>> {
    if let Ok(local) = object.cast::<LocalKey>() {
        return Ok(Some(local.get().provider()));
    }
    if !object.hasattr("provider_id")? {
        return Ok(None);
    }
    let provider: Arc<dyn KeyProvider> = Arc::new(HostProvider::new(object)?);
    Ok(Some(provider))
}

fn not_a_provider() -> PyErr {
    PyTypeError::new_err(
        "keys must be a key provider or several: an object with provider_id, wrap, unwrap and \
         accepts, such as sealwax.LocalKey",
    )
}
