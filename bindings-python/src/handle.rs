//! Handles: one key and one header for many messages.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use sealwax::limits::MAX_HEADER_LEN;
use sealwax::{EncryptHandle as CoreEncrypt, Header, SysRng, chunked, parallel};

use crate::data::{Data, Output};
use crate::errors;
use crate::fresh::Fresh;
use crate::keys::Keys;
use crate::options::{Opening, Sealing};
use crate::segments::{Out, PARALLEL_LEN, Work, is_small};

/// A fresh data key with its finished header, ready to encrypt any number of messages.
///
/// The providers are asked once, here. All messages carry the same header; each has its own salt
/// and so its own keys and nonces. Whoever unwraps the key of one reads all of them.
///
/// >>> from sealwax import EncryptHandle, LocalKey, decrypt
/// >>> key = LocalKey.generate()
/// >>> handle = EncryptHandle(key, context={"stream": "sensor-7"})
/// >>> decrypt(handle.encrypt(b"18.4"), key)
/// b'18.4'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct EncryptHandle {
    inner: Arc<CoreEncrypt>,
}

impl EncryptHandle {
    /// Has the providers wrap a fresh key for a plaintext of this length.
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
        Ok(EncryptHandle { inner })
    }

    /// The body of `data` without the header.
    pub(crate) fn encrypt_body<'py>(
        &self,
        py: Python<'py>,
        data: &[u8],
        associated_data: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let len =
            chunked::sealed_len(data.len() as u64).map_err(|error| errors::to_py(py, error))?;
        PyBytes::new_with(py, usize::try_from(len)?, |out| {
            py.detach(|| self.inner.encrypt_body_into(data, associated_data, out, &mut SysRng))
                .map(drop)
                .map_err(|error| errors::to_py(py, error))
        })
    }

    /// The envelope of `data` as new `bytes`.
    pub(crate) fn encrypt_data<'py>(
        &self,
        py: Python<'py>,
        data: &Data<'py>,
        associated_data: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        encrypt_data(py, &self.inner, data, associated_data)
    }

    /// The envelope of `data` into the caller's buffer.
    pub(crate) fn encrypt_data_into<'py>(
        &self,
        py: Python<'py>,
        data: Data<'py>,
        out: &Bound<'py, PyAny>,
        associated_data: &[u8],
    ) -> PyResult<usize> {
        let out = Output::from_py(out)?;
        let needed = sealed_len(py, &self.inner, data.len()?)?;
        if out.len()? < needed {
            return Err(errors::to_py(py, sealwax::Error::BufferTooSmall { needed }));
        }
        if is_small(needed) {
            let sealed = encrypt_data(py, &self.inner, &data, associated_data)?;
            out.write(0, sealed.as_any())?;
            return Ok(needed);
        }
        let data = data.apart_from(&out)?;
        Work::Seal(&self.inner).run(py, &data, 0, associated_data, Out::Buffer(&out))
    }

    pub(crate) fn header_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.header())
    }
}

/// The envelope of `data` as new `bytes`.
pub(crate) fn encrypt_data<'py>(
    py: Python<'py>,
    handle: &CoreEncrypt,
    data: &Data<'py>,
    associated_data: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let len = sealed_len(py, handle, data.len()?)?;
    if let Some(fresh) = Fresh::of(py, len)? {
        Work::Seal(handle).run(py, data, 0, associated_data, Out::Buffer(fresh.out()))?;
        return fresh.finish();
    }
    PyBytes::new_with(py, len, |out| match data {
        Data::Bytes(bytes) => py
            .detach(|| {
                if bytes.len() < PARALLEL_LEN {
                    handle.encrypt_into(bytes, associated_data, out, &mut SysRng)
                } else {
                    parallel::encrypt_into(handle, bytes, associated_data, out, 0)
                }
            })
            .map(drop)
            .map_err(|error| errors::to_py(py, error)),
        Data::View(_) => {
            Work::Seal(handle).run(py, data, 0, associated_data, Out::Slice(out)).map(drop)
        }
    })
}

fn sealed_len(py: Python<'_>, handle: &CoreEncrypt, plaintext_len: usize) -> PyResult<usize> {
    let len = handle.sealed_len(plaintext_len as u64);
    Ok(usize::try_from(len.map_err(|error| errors::to_py(py, error))?)?)
}

#[pymethods]
impl EncryptHandle {
    #[new]
    #[pyo3(signature = (keys, *, context = None, metadata = None, padding = None, require_all = true))]
    fn new(
        keys: &Bound<'_, PyAny>,
        context: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        padding: Option<&Bound<'_, PyAny>>,
        require_all: bool,
    ) -> PyResult<Self> {
        let sealing = Sealing::from_py(keys.py(), context, None, metadata, padding)?;
        let sealing = sealing.require_all(require_all);
        // Of many small messages none should carry a page of padding that nobody asked for.
        Self::open(keys, &sealing, 0)
    }

    /// Encrypts a message; arguments and errors are those of `sealwax.encrypt`.
    #[pyo3(signature = (data, /, *, associated_data = None))]
    fn encrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let associated_data = crate::options::optional("associated_data", associated_data)?;
        let data_py = Data::from_py(data)?;
        let associated_data = associated_data.as_deref().unwrap_or_default();
        encrypt_data(data.py(), &self.inner, &data_py, associated_data)
    }

    /// Encrypts a message without its header, for readers that have the header already.
    #[pyo3(signature = (data, /, *, associated_data = None))]
    fn encrypt_detached<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let associated_data = crate::options::optional("associated_data", associated_data)?;
        let bytes = Data::from_py(data)?.whole()?;
        self.encrypt_body(data.py(), &bytes, associated_data.as_deref().unwrap_or_default())
    }

    /// Encrypts a message into the front of `out`; returns the length of the envelope.
    #[pyo3(signature = (data, out, /, *, associated_data = None))]
    fn encrypt_into<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        out: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<usize> {
        let associated_data = crate::options::optional("associated_data", associated_data)?;
        let data = Data::from_py(data)?;
        let associated_data = associated_data.as_deref().unwrap_or_default();
        self.encrypt_data_into(out.py(), data, out, associated_data)
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

/// An opened header, ready to decrypt every message that carries it.
///
/// >>> from sealwax import DecryptHandle, EncryptHandle, LocalKey
/// >>> key = LocalKey.generate()
/// >>> sealing = EncryptHandle(key)
/// >>> opening = DecryptHandle(sealing.header, key)
/// >>> opening.decrypt(sealing.encrypt(b"18.4"))
/// b'18.4'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct DecryptHandle {
    inner: sealwax::DecryptHandle,
}

impl DecryptHandle {
    /// Has the providers unwrap the key of a header.
    pub(crate) fn open(
        py: Python<'_>,
        header: &[u8],
        keys: &Bound<'_, PyAny>,
        opening: &Opening,
    ) -> PyResult<Self> {
        let keys = Keys::from_py(keys)?;
        let options = opening.options();
        let opened =
            py.detach(|| sealwax::DecryptHandle::open(header, &keys.providers(), &options));
        opened.map(|inner| DecryptHandle { inner }).map_err(|error| errors::to_py(py, error))
    }

    /// The plaintext of a body as new `bytes`.
    pub(crate) fn decrypt_body<'py>(
        &self,
        py: Python<'py>,
        body: &Body<'py>,
        associated_data: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        decrypt_body(py, &self.inner, body, associated_data)
    }

    /// The plaintext of a body into the caller's buffer.
    pub(crate) fn decrypt_body_into<'py>(
        &self,
        py: Python<'py>,
        body: Body<'py>,
        out: &Bound<'py, PyAny>,
        associated_data: &[u8],
    ) -> PyResult<usize> {
        let out = Output::from_py(out)?;
        let needed = body.plaintext_len(py)?;
        if out.len()? < needed {
            return Err(errors::to_py(py, sealwax::Error::BufferTooSmall { needed }));
        }
        if is_small(needed) {
            let plaintext = decrypt_body(py, &self.inner, &body, associated_data)?;
            out.write(0, plaintext.as_any())?;
            return Ok(needed);
        }
        let data = body.data.apart_from(&out)?;
        let work = Work::Open(&self.inner);
        work.run(py, &data, body.start, associated_data, Out::Buffer(&out))
    }
}

/// The plaintext of a body as new `bytes`.
pub(crate) fn decrypt_body<'py>(
    py: Python<'py>,
    handle: &sealwax::DecryptHandle,
    body: &Body<'py>,
    associated_data: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let len = body.plaintext_len(py)?;
    if let Some(fresh) = Fresh::of(py, len)? {
        let (work, out) = (Work::Open(handle), Out::Buffer(fresh.out()));
        work.run(py, &body.data, body.start, associated_data, out)?;
        return fresh.finish();
    }
    PyBytes::new_with(py, len, |out| {
        let Some(bytes) = body.bytes() else {
            let work = Work::Open(handle);
            return work
                .run(py, &body.data, body.start, associated_data, Out::Slice(out))
                .map(drop);
        };
        let opened = py.detach(|| {
            if len < PARALLEL_LEN {
                handle.decrypt_body_into(bytes, associated_data, out)
            } else {
                parallel::decrypt_body_into(handle, bytes, associated_data, out, 0)
            }
        });
        opened.map(drop).map_err(|error| errors::to_py(py, error))
    })
}

/// A body, and where it starts in the data that it came in.
pub(crate) struct Body<'py> {
    data: Data<'py>,
    start: usize,
}

impl<'py> Body<'py> {
    /// Takes apart an envelope; or data is a body alone, whose header was stored elsewhere. What
    /// is small is copied unless it is `bytes`.
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

    /// The body, if it is in memory that cannot change.
    fn bytes(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Bytes(bytes) => Some(bytes.get(self.start..).unwrap_or_default()),
            Data::View(_) => None,
        }
    }

    fn plaintext_len(&self, py: Python<'_>) -> PyResult<usize> {
        let len = self.data.len()?.saturating_sub(self.start) as u64;
        let len = chunked::plaintext_len(len).map_err(|error| errors::to_py(py, error))?;
        Ok(usize::try_from(len)?)
    }
}

/// Bytes that start with a header.
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
    #[pyo3(signature = (header, keys, *, context = None))]
    fn new(
        header: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        context: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = keys.py();
        let opening = Opening::from_py(py, context, None)?;
        let header = Data::from_py(header)?.whole()?;
        Self::open(py, &header, keys, &opening)
    }

    /// Decrypts an envelope with this very header, or a body alone if `detached`.
    #[pyo3(signature = (data, /, *, associated_data = None, detached = false))]
    fn decrypt<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        associated_data: Option<&Bound<'py, PyAny>>,
        detached: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = data.py();
        let associated_data = crate::options::optional("associated_data", associated_data)?;
        let body = self.body_of(data, detached)?;
        decrypt_body(py, &self.inner, &body, associated_data.as_deref().unwrap_or_default())
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
