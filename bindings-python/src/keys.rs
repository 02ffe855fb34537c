//! The `keys` argument: one provider or several.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use sealwax::{DecryptHandle, DecryptOptions, EncryptHandle, KeyProvider, Result, SysRng};

use crate::caching_provider::{Cache, cache_of, not_a_provider, provider_of};
use crate::options::Sealing;
use crate::wrap_failures::WrapFailures;

/// The providers of one call.
pub(crate) struct Keys {
    providers: Vec<Box<dyn KeyProvider>>,
    /// The only provider, if it is a cache.
    cache: Option<Arc<Cache>>,
    failures: Option<WrapFailures>,
}

impl Keys {
    /// Converts a provider or an iterable of providers.
    pub(crate) fn from_py(keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Some(provider) = provider_of(keys)? {
            return Ok(Keys { providers: vec![provider], cache: cache_of(keys), failures: None });
        }
        let (mut providers, mut cache) = (Vec::new(), None);
        for item in iterate(keys)? {
            let item = item?;
            providers.push(provider_of(&item)?.ok_or_else(|| not_a_provider(&item))?);
            cache = cache_of(&item).filter(|_| providers.len() == 1);
        }
        Ok(Keys { providers, cache, failures: None })
    }

    /// Converts the providers of an encryption. Records which of them fail, if `require_all` is
    /// false.
    pub(crate) fn for_sealing(keys: &Bound<'_, PyAny>, sealing: &Sealing) -> PyResult<Self> {
        let mut keys = Self::from_py(keys)?;
        if sealing.is_tolerant() {
            let failures = WrapFailures::default();
            let noting = |provider| -> Box<dyn KeyProvider> {
                Box::new(sealwax::audit::AuditedProvider::new(provider, failures.clone()))
            };
            keys.providers = keys.providers.into_iter().map(noting).collect();
            keys.failures = Some(failures);
        }
        Ok(keys)
    }

    /// A fresh data key that the providers have wrapped, with its encoded header. A cache that is
    /// the only provider keeps the header as well.
    pub(crate) fn handle(&self, len: u64, sealing: &Sealing) -> Result<Arc<EncryptHandle>> {
        let options = sealing.options(len);
        if let Some(cache) = &self.cache {
            return cache.handle(len, &options);
        }
        let (dek, wrapped) = options.generate_dek(&self.providers(), Some(len), &mut SysRng)?;
        EncryptHandle::new(&dek, &wrapped, &options, &mut SysRng).map(Arc::new)
    }

    /// Unwraps and verifies a header. A cache that is the only provider keeps it with its data key.
    pub(crate) fn opened(
        &self,
        header: &[u8],
        options: &DecryptOptions<'_>,
    ) -> Result<Arc<DecryptHandle>> {
        match &self.cache {
            Some(cache) => cache.decrypt_handle(header, options),
            None => DecryptHandle::open(header, &self.providers(), options).map(Arc::new),
        }
    }

    /// Warns about providers that failed, after the object was written without their keys.
    pub(crate) fn tell_wrap_failures(&self, py: Python<'_>) {
        if let Some(failures) = &self.failures {
            failures.tell(py);
        }
    }

    /// The providers for the core.
    pub(crate) fn providers(&self) -> Vec<&dyn KeyProvider> {
        self.providers.iter().map(AsRef::as_ref).collect()
    }

    /// The providers for a cache, which outlives the call.
    pub(crate) fn into_boxes(self) -> Vec<Box<dyn KeyProvider>> {
        self.providers
    }
}

fn iterate<'py>(keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, pyo3::types::PyIterator>> {
    let is_raw = keys.is_instance_of::<PyString>()
        || keys.is_instance_of::<PyBytes>()
        || keys.is_instance_of::<PyByteArray>();
    if is_raw {
        Err(not_a_provider(keys))
    } else {
        keys.try_iter().map_err(|_| not_a_provider(keys))
    }
}
