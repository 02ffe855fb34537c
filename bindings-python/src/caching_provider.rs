//! `CachingProvider`, and the conversion of Python objects to providers.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyType};
use sealwax::KeyProvider;

use crate::audited_provider::AuditedProvider;
use crate::cache_limits::{Limits, stats_dict};
use crate::host_provider::HostProvider;
use crate::hpke::{HpkeIdentity, HpkeRecipient};
use crate::local::LocalKey;
use crate::{errors, provider};

/// A cache in front of a provider. It reports its hits to the audit log of that provider.
pub(crate) type Cache = sealwax::CachingProvider<Box<dyn KeyProvider>>;

/// A caching decorator that calls the inner provider less often.
///
/// Messages with equal contexts share a data key, and unwrapped data keys are kept, until the first
/// limit is reached: `max_age` seconds, `max_messages`, `max_bytes` of plaintext, or `capacity`
/// keys each for encryption and decryption. If several threads need the same key at once, the inner
/// provider is called once. A leaked data key opens all messages that share it. A key that was
/// revoked in the KMS still works here until `max_age`.
///
/// For many small messages `CachingEncryptor` is faster, because it also keeps the encoded header.
///
/// A pickle holds the provider and the limits, and no data key. In a process that loads them, all
/// pickles of one object, or of one `name`, share one cache, as long as it is among the 32 latest.
///
/// >>> import sealwax
/// >>> kms = sealwax.CachingProvider(sealwax.LocalKey.generate(), max_age=300)
/// >>> envelopes = [sealwax.encrypt(b"x", kms) for _ in range(10)]
/// >>> kms.encrypt_stats["misses"], kms.encrypt_stats["hits"]
/// (1, 9)
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct CachingProvider {
    inner: Arc<Cache>,
    object: Py<PyAny>,
    limits: Limits,
    name: String,
}

impl CachingProvider {
    /// The provider for the core.
    pub(crate) fn provider(&self) -> Arc<Cache> {
        Arc::clone(&self.inner)
    }
}

#[pymethods]
impl CachingProvider {
    #[new]
    #[pyo3(signature = (inner, /, capacity = 1000, max_age = 300.0, max_messages = 65536, max_bytes = 68_719_476_736, *, name = None))]
    fn new(
        inner: &Bound<'_, PyAny>,
        capacity: usize,
        max_age: f64,
        max_messages: u64,
        max_bytes: u64,
        name: Option<String>,
    ) -> PyResult<Self> {
        let py = inner.py();
        let name = name.map_or_else(|| chance(py), Ok)?;
        let limits = Limits { capacity, max_age, max_messages, max_bytes };
        let asked = provider_of(inner)?.ok_or_else(|| not_a_provider(inner))?;
        let cache = sealwax::CachingProvider::new(asked, limits.to_core(py)?);
        let cache = cache.map_err(|error| errors::to_py(py, error))?;
        let object = inner.clone().unbind();
        Ok(CachingProvider { inner: Arc::new(cache), object, limits, name })
    }

    /// The inner provider.
    #[getter]
    fn inner<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.object.bind(py).clone()
    }

    /// The provider id of the inner provider.
    #[getter]
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    /// Whether the inner provider is configured with this key.
    fn accepts(&self, py: Python<'_>, key_id: &str) -> bool {
        py.detach(|| self.inner.accepts(key_id))
    }

    /// Wraps a DEK with the inner provider.
    fn wrap<'py>(
        &self,
        dek: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        provider::wrap(&*self.inner, dek, context)
    }

    /// Unwraps a DEK, or takes it from the cache. The caller must wipe the result.
    fn unwrap<'py>(
        &self,
        wrapped: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        provider::unwrap(&*self.inner, wrapped, context)
    }

    /// A new data key and its wrapped form. It is not cached if the length of the message is
    /// unknown.
    fn generate<'py>(
        &self,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyByteArray>, Bound<'py, PyAny>)> {
        provider::generate(&*self.inner, context)
    }

    /// Statistics of the requests for new data keys.
    #[getter]
    fn encrypt_stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.encrypt_stats())
    }

    /// Statistics of the requests to unwrap data keys.
    #[getter]
    fn decrypt_stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.decrypt_stats())
    }

    /// Wipes all data keys.
    fn clear(&self) {
        self.inner.clear();
    }

    /// Wipes expired data keys.
    fn remove_expired(&self) {
        self.inner.remove_expired();
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("CachingProvider({})", self.object.bind(py).repr()?))
    }

    /// Pickles the provider and the limits. Cached keys stay in this process.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let Limits { capacity, max_age, max_messages, max_bytes } = this.limits;
        let arguments =
            (slf, &this.name, this.object.bind(py), capacity, max_age, max_messages, max_bytes);
        py.import("sealwax._caches")?.call_method1("keep", arguments)
    }
}

/// A unique name.
fn chance(py: Python<'_>) -> PyResult<String> {
    let bytes = py.import("os")?.call_method1("urandom", (16,))?;
    bytes.call_method0("hex")?.extract()
}

/// Converts an object to a provider, if it is one.
pub(crate) fn provider_of(object: &Bound<'_, PyAny>) -> PyResult<Option<Box<dyn KeyProvider>>> {
    if let Ok(local) = object.cast::<LocalKey>() {
        return Ok(Some(Box::new(AuditedProvider::new(local.get().provider()))));
    }
    if let Ok(recipient) = object.cast::<HpkeRecipient>() {
        return Ok(Some(Box::new(AuditedProvider::new(recipient.get().provider()))));
    }
    if let Ok(identity) = object.cast::<HpkeIdentity>() {
        return Ok(Some(Box::new(AuditedProvider::new(identity.get().provider()))));
    }
    if let Some(cache) = cache_of(object) {
        return Ok(Some(Box::new(cache)));
    }
    // A class has the attributes of a provider, but it is not one.
    if object.is_instance_of::<PyType>() || !object.hasattr("provider_id")? {
        return Ok(None);
    }
    Ok(Some(Box::new(AuditedProvider::new(Arc::new(HostProvider::new(object)?)))))
}

/// Converts an object to a cache, if it is one.
pub(crate) fn cache_of(object: &Bound<'_, PyAny>) -> Option<Arc<Cache>> {
    object.cast::<CachingProvider>().ok().map(|cache| cache.get().provider())
}

/// The error for an argument that is not a provider.
pub(crate) fn not_a_provider(object: &Bound<'_, PyAny>) -> PyErr {
    let what = "keys must be a key provider or several: an object with provider_id, wrap, unwrap and \
                accepts, such as sealwax.LocalKey";
    let given = match object.cast::<PyType>() {
        Ok(class) => class.name().map(|name| format!("the class {name}: make an object of it")),
        Err(_) => object.get_type().name().map(|name| format!("'{name}'")),
    };
    let given = given.unwrap_or_default();
    errors::invalid_type(object.py(), &format!("{what}; not {given}"))
}
