//! `DecryptHandle`, a verified header for many messages.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use sealwax::Header;
use sealwax::limits::MAX_HEADER_LEN;

use crate::data::Data;
use crate::keys::Keys;
use crate::options::{Keywords, Opening, optional};
use crate::work::{Input, PARALLEL_LEN, Work};
use crate::{errors, interrupts};

/// A verified header, ready to decrypt every message that carries it.
///
/// >>> from sealwax import DecryptHandle, EncryptHandle, LocalKey
/// >>> key = LocalKey.generate()
/// >>> sealing = EncryptHandle(key)
/// >>> opening = DecryptHandle(sealing.header, key)
/// >>> opening.decrypt(sealing.encrypt(b"18.4"))
/// b'18.4'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct DecryptHandle {
    inner: Arc<sealwax::DecryptHandle>,
}

impl DecryptHandle {
    /// Unwraps the key of a header with the providers.
    pub(crate) fn open(
        py: Python<'_>,
        header: &[u8],
        keys: &Bound<'_, PyAny>,
        opening: &Opening,
    ) -> PyResult<Self> {
        let keys = Keys::from_py(keys)?;
        let opened = py.detach(|| keys.opened(header, &opening.options()));
        let inner = opened.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        Ok(DecryptHandle { inner })
    }

    /// Decrypts a body to new `bytes`.
    pub(crate) fn decrypt_body<'py>(
        &self,
        py: Python<'py>,
        body: &Body<'py>,
        associated_data: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        Work::OpenBody(&self.inner).to_bytes(py, &body.input(associated_data))
    }

    /// Decrypts a body into the caller's buffer.
    pub(crate) fn decrypt_body_into<'py>(
        &self,
        body: &Body<'py>,
        out: &Bound<'py, PyAny>,
        associated_data: &[u8],
    ) -> PyResult<usize> {
        Work::OpenBody(&self.inner).into_buffer(&body.input(associated_data), out)
    }
}

/// A body, and its offset in the argument that holds it.
pub(crate) struct Body<'py> {
    data: Data<'py>,
    start: usize,
}

impl<'py> Body<'py> {
    /// Splits an envelope, or takes a body whose header is stored elsewhere. Small data is copied
    /// unless it is `bytes`.
    pub(crate) fn split(
        data: &Bound<'py, PyAny>,
        header: Option<PyBackedBytes>,
    ) -> PyResult<(Front, Self)> {
        let py = data.py();
        let data = Data::from_py(data)?.copied_up_to(PARALLEL_LEN)?;
        if let Some(bytes) = header {
            let len = bytes.len();
            return Ok((Front { bytes, len }, Body { data, start: 0 }));
        }
        let bytes = data.front(py, MAX_HEADER_LEN)?;
        let (header, _) = Header::split(&bytes).map_err(|error| errors::to_py(py, error))?;
        let len = header.as_bytes().len();
        Ok((Front { bytes, len }, Body { data, start: len }))
    }

    /// The body to decrypt.
    pub(crate) const fn input<'a>(&'a self, associated_data: &'a [u8]) -> Input<'a, 'py> {
        Input { data: &self.data, start: self.start, associated_data }
    }
}

/// Data that starts with a header.
pub(crate) struct Front {
    bytes: PyBackedBytes,
    len: usize,
}

impl Front {
    /// The header alone.
    pub(crate) fn header(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[pymethods]
impl DecryptHandle {
    #[new]
    #[pyo3(signature = (header, keys, **options), text_signature = "(header, keys, *, context=None)")]
    fn new(
        header: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let py = keys.py();
        let given = Keywords::new("DecryptHandle.__new__()", &["context"], options)?;
        let opening = Opening::from_keywords(py, &given)?;
        let header = Data::from_py(header)?.whole()?;
        Self::open(py, &header, keys, &opening)
    }

    /// Decrypts an envelope with exactly this header, or a body without a header if `detached`.
    #[pyo3(signature = (data, /, *, associated_data = None, detached = false))]
    fn decrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
        detached: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = data.py();
        let associated_data = optional("associated_data", associated_data)?;
        let body = self.body_of(data, detached)?;
        self.decrypt_body(py, &body, associated_data.as_deref().unwrap_or_default())
    }

    /// The confidential metadata of the header; `None` if there is none.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let metadata = self.inner.metadata().map_err(|error| errors::to_py(py, error))?;
        Ok(metadata.map(|metadata| PyBytes::new(py, &metadata)))
    }

    fn __repr__(&self) -> String {
        format!("DecryptHandle(header_len={})", self.inner.header_bytes().len())
    }
}

impl DecryptHandle {
    fn body_of<'py>(&self, data: &Bound<'py, PyAny>, detached: bool) -> PyResult<Body<'py>> {
        let py = data.py();
        let (data, header) = (Data::from_py(data)?, self.inner.header_bytes());
        if detached {
            return Ok(Body { data, start: 0 });
        }
        if !data.front(py, header.len())?.starts_with(header) {
            let other = "invalid argument: the envelope has another header than the handle";
            return Err(errors::invalid(py, other));
        }
        Ok(Body { data, start: header.len() })
    }
}
