//! `EncryptHandle`, one data key and one header for many messages.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::data::Data;
use crate::keys::Keys;
use crate::options::{Keywords, Sealing, optional};
use crate::work::{Input, Work};
use crate::{errors, interrupts};

/// A fresh data key and its encoded header, ready to encrypt any number of messages.
///
/// The providers are called once, by the constructor. All messages carry the same header. Each has
/// its own salt, and therefore its own keys and nonces. A reader that can unwrap the data key can
/// read all of them.
///
/// >>> from sealwax import EncryptHandle, LocalKey, decrypt
/// >>> key = LocalKey.generate()
/// >>> handle = EncryptHandle(key, context={"stream": "sensor-7"})
/// >>> decrypt(handle.encrypt(b"18.4"), key)
/// b'18.4'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct EncryptHandle {
    inner: Arc<sealwax::EncryptHandle>,
}

impl EncryptHandle {
    /// Makes a data key for a plaintext of this length and wraps it with the providers.
    pub(crate) fn open(
        keys: &Bound<'_, PyAny>,
        sealing: &Sealing,
        plaintext_len: usize,
    ) -> PyResult<Self> {
        let py = keys.py();
        let keys = Keys::for_sealing(keys, sealing)?;
        let made = py.detach(|| keys.handle(plaintext_len as u64, sealing));
        let inner = made.map_err(|error| errors::to_py(py, error))?;
        keys.tell_wrap_failures(py);
        interrupts::raise()?;
        Ok(EncryptHandle { inner })
    }

    /// Encrypts to whole envelopes.
    pub(crate) fn sealing(&self) -> Work<'_> {
        Work::Seal(&self.inner)
    }

    /// Encrypts to bodies without the header.
    pub(crate) fn sealing_body(&self) -> Work<'_> {
        Work::SealBody(&self.inner)
    }

    pub(crate) fn header_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.header())
    }
}

#[pymethods]
impl EncryptHandle {
    #[new]
    #[pyo3(
        signature = (keys, **options),
        text_signature = "(keys, *, context=None, metadata=None, padding=None, require_all=True)"
    )]
    fn new(keys: &Bound<'_, PyAny>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let names = ["context", "metadata", "padding", "require_all"];
        let given = Keywords::new("EncryptHandle.__new__()", &names, options)?;
        let sealing = Sealing::from_keywords(keys.py(), &given)?;
        // The length of the messages is unknown here, and many small ones should not carry a page
        // of padding each.
        Self::open(keys, &sealing, 0)
    }

    /// Encrypts a message; arguments and errors are those of `sealwax.encrypt`.
    #[pyo3(signature = (data, /, *, associated_data = None))]
    fn encrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let associated_data = optional("associated_data", associated_data)?;
        let message = &Data::from_py(data)?;
        let input = Input::new(message, associated_data.as_deref());
        self.sealing().to_bytes(data.py(), &input)
    }

    /// Encrypts a message without its header, for readers that already have it.
    #[pyo3(signature = (data, /, *, associated_data = None))]
    fn encrypt_detached<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let associated_data = optional("associated_data", associated_data)?;
        let message = &Data::from_py(data)?;
        let input = Input::new(message, associated_data.as_deref());
        self.sealing_body().to_bytes(data.py(), &input)
    }

    /// Encrypts a message into the front of `out`; returns the length of the envelope.
    #[pyo3(signature = (data, out, /, *, associated_data = None))]
    fn encrypt_into<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        out: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<usize> {
        let associated_data = optional("associated_data", associated_data)?;
        let message = &Data::from_py(data)?;
        let input = Input::new(message, associated_data.as_deref());
        self.sealing().into_buffer(&input, out)
    }

    /// Length of the envelope of a message of `plaintext_size` bytes.
    #[pyo3(signature = (plaintext_size, /))]
    fn sealed_size(&self, py: Python<'_>, plaintext_size: u64) -> PyResult<u64> {
        self.inner.sealed_len(plaintext_size).map_err(|error| errors::to_py(py, error))
    }

    /// The header that every message carries.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.header_bytes(py)
    }

    fn __repr__(&self) -> String {
        format!("EncryptHandle(header_len={})", self.inner.header().len())
    }
}
