//! `CachingDecryptor`, for many messages that share headers.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::cache_limits::{Limits, stats_dict};
use crate::decrypt_handle::Body;
use crate::keys::Keys;
use crate::options::Opening;
use crate::work::Work;
use crate::{errors, interrupts};

/// Decrypts many messages with few KMS calls: it keeps verified headers.
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
        let handle = py.detach(|| self.inner.handle(front.header(), &opening.options()));
        let handle = handle.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        Work::OpenBody(&handle).to_bytes(py, &body.input(opening.associated_data()))
    }

    /// Statistics of the requests for verified headers.
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
