//! `CachingEncryptor`, for many messages under few data keys.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::cache_limits::{Limits, stats_dict};
use crate::data::Data;
use crate::keys::Keys;
use crate::options::{Keywords, Sealing};
use crate::work::{Input, Work};
use crate::{errors, interrupts};

/// Encrypts many messages with few KMS calls.
///
/// For each context it makes one data key, wraps it with all providers, and keeps it with its
/// encoded header. Limits and security notes are those of `CachingProvider`. A small message then
/// costs a few microseconds.
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
        let handle = py.detach(|| self.inner.handle(len, &sealing.unresolved()));
        let handle = handle.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        let input = Input::new(&data, Some(sealing.associated_data()));
        Work::Seal(&handle).to_bytes(py, &input)
    }

    /// Statistics of the requests for data keys.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        stats_dict(py, self.inner.stats())
    }

    /// Wipes all data keys.
    fn clear(&self) {
        self.inner.clear();
    }

    /// Wipes expired data keys.
    fn remove_expired(&self) {
        self.inner.remove_expired();
    }
}
