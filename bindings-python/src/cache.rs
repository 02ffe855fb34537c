//! Data keys kept for a while.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict};
use sealwax::{CacheLimits, CacheStats, KeyProvider};

use crate::data::Data;
use crate::decrypt_handle::Body;
use crate::keys::{Cache, Keys, not_a_provider, provider_of};
use crate::options::{Keywords, Opening, Sealing};
use crate::work::{Input, Work};
use crate::{audited_provider, errors, provider};

/// The limits as Python gave them.
#[derive(Clone, Copy)]
struct Limits {
    capacity: usize,
    max_age: f64,
    max_messages: u64,
    max_bytes: u64,
}

impl Limits {
    fn to_core(self, py: Python<'_>) -> PyResult<CacheLimits> {
        let age = Duration::try_from_secs_f64(self.max_age).map_err(|_| {
            errors::invalid(py, "invalid argument: max_age must be a positive number of seconds")
        })?;
        let limits = CacheLimits::new(self.capacity, age);
        Ok(limits.max_messages(self.max_messages).max_bytes(self.max_bytes))
    }
}

fn stats_dict(py: Python<'_>, stats: CacheStats) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("hits", stats.hits)?;
    dict.set_item("misses", stats.misses)?;
    dict.set_item("bypassed", stats.bypassed)?;
    dict.set_item("evictions", stats.evictions)?;
    dict.set_item("entries", stats.entries)?;
    Ok(dict)
}

/// A provider that asks the one inside less often.
///
/// Messages with equal contexts share a data key, and one that was unwrapped is kept, until the
/// first limit is reached: `max_age` seconds, `max_messages`, `max_bytes` of plaintext, or
/// `capacity` keys in each direction. However many threads need the same key at once, the
/// provider inside is asked once. A leaked data key opens all messages that shared it, and a key
/// that the KMS has revoked goes on working here until `max_age`.
///
/// For many small messages `CachingEncryptor` is faster: it keeps the finished header, too.
///
/// A pickle holds the provider and the limits and no data key. All that arrive in one process are one
/// cache there, for as long as it is among the 32 latest: those of one object, or of one `name`.
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

    /// The provider inside.
    #[getter]
    fn inner<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.object.bind(py).clone()
    }

    /// The provider id of the one inside.
    #[getter]
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    /// Whether the provider inside was configured with this key.
    fn accepts(&self, py: Python<'_>, key_id: &str) -> bool {
        py.detach(|| self.inner.accepts(key_id))
    }

    /// Has the provider inside wrap a DEK.
    fn wrap<'py>(
        &self,
        dek: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        provider::wrap(&*self.inner, dek, context)
    }

    /// Unwraps, or remembers; the caller wipes the result.
    fn unwrap<'py>(
        &self,
        wrapped: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        provider::unwrap(&*self.inner, wrapped, context)
    }

    /// A new data key, wrapped. Without the message's length nothing of it is kept.
    fn generate<'py>(
        &self,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyByteArray>, Bound<'py, PyAny>)> {
        provider::generate(&*self.inner, context)
    }

    /// What became of the requests for new data keys.
    #[getter]
    fn encrypt_stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.encrypt_stats())
    }

    /// What became of the requests to unwrap data keys.
    #[getter]
    fn decrypt_stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.decrypt_stats())
    }

    /// Wipes all data keys.
    fn clear(&self) {
        self.inner.clear();
    }

    /// Wipes the data keys that are too old.
    fn remove_expired(&self) {
        self.inner.remove_expired();
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("CachingProvider({})", self.object.bind(py).repr()?))
    }

    /// What is cached stays here.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let Limits { capacity, max_age, max_messages, max_bytes } = this.limits;
        let arguments =
            (slf, &this.name, this.object.bind(py), capacity, max_age, max_messages, max_bytes);
        py.import("sealwax._caches")?.call_method1("keep", arguments)
    }
}

/// A name that no other cache has.
fn chance(py: Python<'_>) -> PyResult<String> {
    let bytes = py.import("os")?.call_method1("urandom", (16,))?;
    bytes.call_method0("hex")?.extract()
}

/// Encrypts many messages with few calls of the KMS.
///
/// For each context one data key is made, wrapped by all providers, and kept with its finished
/// header; limits and cautions are those of `CachingProvider`. A small message then costs a few
/// microseconds.
///
/// >>> import sealwax
/// >>> key = sealwax.LocalKey.generate()
/// >>> encryptor = sealwax.CachingEncryptor(key)
/// >>> envelopes = [encryptor.encrypt(b"18.4", context={"sensor": s}) for s in "abab"]
/// >>> encryptor.stats["misses"], encryptor.stats["hits"]
/// (2, 2)
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct CachingEncryptor {
    inner: sealwax::CachingEncryptor<'static>,
}

#[pymethods]
impl CachingEncryptor {
    #[new]
    #[pyo3(signature = (keys, /, capacity = 1000, max_age = 300.0, max_messages = 65536, max_bytes = 68_719_476_736))]
    fn new(
        keys: &Bound<'_, PyAny>,
        capacity: usize,
        max_age: f64,
        max_messages: u64,
        max_bytes: u64,
    ) -> PyResult<Self> {
        let py = keys.py();
        let limits = Limits { capacity, max_age, max_messages, max_bytes }.to_core(py)?;
        let inner = sealwax::CachingEncryptor::new(Keys::from_py(keys)?.into_boxes(), limits);
        inner.map(|inner| CachingEncryptor { inner }).map_err(|error| errors::to_py(py, error))
    }

    /// Encrypts a message; arguments and errors are those of `sealwax.encrypt`.
    #[pyo3(
        signature = (data, /, **options),
        text_signature = "($self, data, /, *, context=None, associated_data=None, metadata=None, padding=None)"
    )]
    fn encrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = data.py();
        let names = ["context", "associated_data", "metadata", "padding"];
        let given = Keywords::new("CachingEncryptor.encrypt()", &names, options)?;
        let sealing = Sealing::from_keywords(py, &given)?;
        let data = Data::from_py(data)?;
        let len = data.len()? as u64;
        audited_provider::start_call();
        let handle = py.detach(|| self.inner.handle(len, &sealing.unresolved()));
        let handle = handle.map_err(|error| errors::to_py(py, error))?;
        let input = Input::new(&data, Some(sealing.associated_data()));
        Work::Seal(&handle).to_bytes(py, &input)
    }

    /// What became of the requests for data keys.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.stats())
    }

    /// Wipes all data keys.
    fn clear(&self) {
        self.inner.clear();
    }

    /// Wipes the data keys that are too old.
    fn remove_expired(&self) {
        self.inner.remove_expired();
    }
}

/// Decrypts many messages with few calls of the KMS: opened headers are kept.
///
/// >>> import sealwax
/// >>> key = sealwax.LocalKey.generate()
/// >>> encryptor, decryptor = sealwax.CachingEncryptor(key), sealwax.CachingDecryptor(key)
/// >>> [decryptor.decrypt(encryptor.encrypt(m)) for m in (b"a", b"b")]
/// [b'a', b'b']
/// >>> decryptor.stats["misses"]
/// 1
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct CachingDecryptor {
    inner: sealwax::CachingDecryptor<'static>,
}

#[pymethods]
impl CachingDecryptor {
    #[new]
    #[pyo3(signature = (keys, /, capacity = 1000, max_age = 300.0))]
    fn new(keys: &Bound<'_, PyAny>, capacity: usize, max_age: f64) -> PyResult<Self> {
        let py = keys.py();
        let limits = Limits { capacity, max_age, max_messages: 1, max_bytes: 1 }.to_core(py)?;
        let inner = sealwax::CachingDecryptor::new(Keys::from_py(keys)?.into_boxes(), limits);
        inner.map(|inner| CachingDecryptor { inner }).map_err(|error| errors::to_py(py, error))
    }

    /// Decrypts an envelope; arguments and errors are those of `sealwax.decrypt`.
    #[pyo3(
        signature = (data, /, **options),
        text_signature = "($self, data, /, *, context=None, associated_data=None, header=None)"
    )]
    fn decrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = data.py();
        let mut opening = Opening::from_py(py, "CachingDecryptor.decrypt()", options)?;
        let (front, body) = Body::split(data, opening.take_header())?;
        audited_provider::start_call();
        let handle = py.detach(|| self.inner.handle(front.header(), &opening.options()));
        let handle = handle.map_err(|error| errors::to_py(py, error))?;
        Work::OpenBody(&handle).to_bytes(py, &body.input(opening.associated_data()))
    }

    /// What became of the requests for opened headers.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.stats())
    }

    /// Wipes all data keys.
    fn clear(&self) {
        self.inner.clear();
    }

    /// Wipes the data keys that are too old.
    fn remove_expired(&self) {
        self.inner.remove_expired();
    }
}
