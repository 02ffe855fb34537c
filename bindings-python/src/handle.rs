//! Handles: one key and one header for many messages.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sealwax::{EncryptHandle as CoreEncrypt, Header, SysRng, chunked, parallel};

use crate::data::{Data, Output};
use crate::keys::Keys;
use crate::options::{Opening, Sealing};
use crate::pump::{Pump, is_small};
use crate::{errors, pump};

/// From this length on, in bytes, all cores share the work.
const PARALLEL_LEN: usize = 4 << 20;

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
    inner: CoreEncrypt,
}

impl EncryptHandle {
    /// Has the providers wrap a fresh key for a plaintext of this length.
    pub(crate) fn open(
        keys: &Bound<'_, PyAny>,
        sealing: &Sealing,
        plaintext_len: usize,
    ) -> PyResult<Self> {
        let py = keys.py();
        let keys = Keys::from_py(keys)?;
        let (options, len) = (sealing.options(plaintext_len), Some(plaintext_len as u64));
        let made = py.detach(|| {
            let context = sealing.context();
            let (dek, wrapped) =
                sealwax::generate_dek_for(&keys.providers(), context.view(), len, &mut SysRng)?;
            CoreEncrypt::new(&dek, &wrapped, &options, &mut SysRng)
        });
        made.map(|inner| EncryptHandle { inner }).map_err(|error| errors::to_py(py, error))
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
        let mut pump = Pump::sealing(py, &self.inner, associated_data)?;
        pump.run_into_buffer(&data, &out)
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
        Data::View(view) => Pump::sealing(py, handle, associated_data)?.run_into_slice(view, out),
    })
}

fn sealed_len(py: Python<'_>, handle: &CoreEncrypt, plaintext_len: usize) -> PyResult<usize> {
    let len = handle.sealed_len(plaintext_len as u64);
    Ok(usize::try_from(len.map_err(|error| errors::to_py(py, error))?)?)
}

#[pymethods]
impl EncryptHandle {
    #[new]
    #[pyo3(signature = (keys, *, context = None, metadata = None, padding = None))]
    fn new(
        keys: &Bound<'_, PyAny>,
        context: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        padding: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let sealing = Sealing::from_py(keys.py(), context, None, metadata, padding)?;
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
        let associated_data = crate::options::optional(associated_data)?;
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
        let associated_data = crate::options::optional(associated_data)?;
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
        let associated_data = crate::options::optional(associated_data)?;
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
        body: &[u8],
        associated_data: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        decrypt_body(py, &self.inner, body, associated_data)
    }

    /// The plaintext of a body into the caller's buffer.
    pub(crate) fn decrypt_body_into<'py>(
        &self,
        py: Python<'py>,
        body: &[u8],
        out: &Bound<'py, PyAny>,
        associated_data: &[u8],
    ) -> PyResult<usize> {
        let out = Output::from_py(out)?;
        let needed = plaintext_len(py, body)?;
        if out.len()? < needed {
            return Err(errors::to_py(py, sealwax::Error::BufferTooSmall { needed }));
        }
        if is_small(needed) {
            let plaintext = decrypt_body(py, &self.inner, body, associated_data)?;
            out.write(0, plaintext.as_any())?;
            return Ok(needed);
        }
        pump::open_into_buffer(py, &self.inner, body, &out, associated_data)
    }
}

/// The plaintext of a body as new `bytes`.
pub(crate) fn decrypt_body<'py>(
    py: Python<'py>,
    handle: &sealwax::DecryptHandle,
    body: &[u8],
    associated_data: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let len = plaintext_len(py, body)?;
    PyBytes::new_with(py, len, |out| {
        let opened = py.detach(|| {
            if len < PARALLEL_LEN {
                handle.decrypt_body_into(body, associated_data, out)
            } else {
                parallel::decrypt_body_into(handle, body, associated_data, out, 0)
            }
        });
        opened.map(drop).map_err(|error| errors::to_py(py, error))
    })
}

/// Header and body, of which the header may have been stored elsewhere.
pub(crate) fn split<'a>(
    py: Python<'_>,
    data: &'a [u8],
    header: Option<&'a [u8]>,
) -> PyResult<(&'a [u8], &'a [u8])> {
    if let Some(header) = header {
        return Ok((header, data));
    }
    let (header, body) = Header::split(data).map_err(|error| errors::to_py(py, error))?;
    Ok((header.as_bytes(), body))
}

fn plaintext_len(py: Python<'_>, body: &[u8]) -> PyResult<usize> {
    let len = chunked::plaintext_len(body.len() as u64);
    Ok(usize::try_from(len.map_err(|error| errors::to_py(py, error))?)?)
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
        let associated_data = crate::options::optional(associated_data)?;
        let data = Data::from_py(data)?.whole()?;
        let body = if detached { &*data } else { self.body_of(py, &data)? };
        decrypt_body(py, &self.inner, body, associated_data.as_deref().unwrap_or_default())
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
    fn body_of<'a>(&self, py: Python<'_>, envelope: &'a [u8]) -> PyResult<&'a [u8]> {
        envelope.strip_prefix(self.inner.header_bytes()).ok_or_else(|| {
            errors::invalid(py, "invalid argument: the envelope has another header than the handle")
        })
    }
}
