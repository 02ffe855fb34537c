//! Encryption and decryption of whole messages in memory.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sealwax::RewrapMode;

use crate::data::Data;
use crate::decrypt_handle::{Body, DecryptHandle};
use crate::encrypt_handle::EncryptHandle;
use crate::keys::Keys;
use crate::options::{Opening, Sealing};
use crate::work::Input;
use crate::{errors, header, interrupts};

/// Encrypts `data` under a fresh key that every provider of `keys` wraps.
///
/// Args:
///     data: any bytes-like object: `bytes`, `bytearray`, `memoryview`, a NumPy array, `mmap`.
/// `bytes` are read in place. Others are too if NumPy is loaded; otherwise they are copied in
/// pieces. keys: a key provider or several; each of them can decrypt the result. context: public
/// pairs of `str` that are stored, authenticated and passed to the KMS. associated_data: bytes that
/// are authenticated but not stored; the reader must provide them. metadata: up to 16 KiB that the
/// header carries encrypted. padding: "auto", "none", "page", or the length of the header in bytes.
/// require_all: if false, one provider that wraps the key suffices. The keys of providers that fail
/// are missing from the object; the logger `sealwax` warns about each.
///
/// Raises:
///     ProviderError: a provider failed; `__cause__` is its own exception.
/// LimitError: an argument is over a limit of the format.
///
/// >>> import sealwax
/// >>> key = sealwax.LocalKey.generate()
/// >>> envelope = sealwax.encrypt(b"tide table", key, context={"tenant": "blue"})
/// >>> sealwax.decrypt(envelope, key, context={"tenant": "blue"})
/// b'tide table'
#[pyfunction]
#[pyo3(
    signature = (data, /, keys, **options),
    text_signature = "(data, /, keys, *, context=None, associated_data=None, metadata=None, padding=None, require_all=True)"
)]
pub(crate) fn encrypt<'py>(
    data: &Bound<'py, PyAny>,
    keys: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let data = Data::from_py(data)?;
    let sealing = Sealing::from_py(keys.py(), "encrypt()", options)?;
    let handle = EncryptHandle::open(keys, &sealing, data.len()?)?;
    handle.sealing().to_bytes(keys.py(), &Input::new(&data, Some(sealing.associated_data())))
}

/// Encrypts `data` and returns the header and the body separately, to be stored in different
/// places.
///
/// The keys of the header can then be rotated even if the body cannot be changed. Arguments and
/// errors are those of `encrypt`.
///
/// >>> import sealwax
/// >>> key = sealwax.LocalKey.generate()
/// >>> header, body = sealwax.encrypt_detached(b"tide table", key)
/// >>> sealwax.decrypt(body, key, header=header)
/// b'tide table'
#[pyfunction]
#[pyo3(
    signature = (data, /, keys, **options),
    text_signature = "(data, /, keys, *, context=None, associated_data=None, metadata=None, padding=None, require_all=True)"
)]
pub(crate) fn encrypt_detached<'py>(
    data: &Bound<'py, PyAny>,
    keys: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
    let py = keys.py();
    let data = Data::from_py(data)?;
    let sealing = Sealing::from_py(py, "encrypt_detached()", options)?;
    let handle = EncryptHandle::open(keys, &sealing, data.len()?)?;
    let input = Input::new(&data, Some(sealing.associated_data()));
    let body = handle.sealing_body().to_bytes(py, &input)?;
    Ok((handle.header_bytes(py), body))
}

/// Encrypts `data` into the front of the writable buffer `out`; returns the envelope's length.
///
/// `out` needs `sealed_size` bytes, and more for a longer header. If it is too small,
/// `BufferTooSmallError.needed` is the size needed. Other arguments and errors are those of
/// `encrypt`.
#[pyfunction]
#[pyo3(
    signature = (data, out, /, keys, **options),
    text_signature = "(data, out, /, keys, *, context=None, associated_data=None, metadata=None, padding=None, require_all=True)"
)]
pub(crate) fn encrypt_into<'py>(
    data: &Bound<'py, PyAny>,
    out: &Bound<'py, PyAny>,
    keys: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<usize> {
    let py = keys.py();
    let data = Data::from_py(data)?;
    let sealing = Sealing::from_py(py, "encrypt_into()", options)?;
    let handle = EncryptHandle::open(keys, &sealing, data.len()?)?;
    handle.sealing().into_buffer(&Input::new(&data, Some(sealing.associated_data())), out)
}

/// Decrypts an envelope with the first provider of `keys` that unwraps its key.
///
/// Args:
/// data: the envelope, or a body without a header if `header` is given. keys: a key provider or
/// several, asked in their order. context: pairs that the envelope must have; checked before any
/// provider is asked. associated_data: the same bytes as for `encrypt`. header: the header, if it
/// is stored elsewhere.
///
/// Raises:
/// FormatError, LimitError: the data is not a valid envelope. ContextMismatchError: a required pair
/// is missing. NoMatchingKeyError, KeyUnwrapError, ProviderError: no provider unwrapped the key.
/// AuthenticationError, TruncatedError: the data was modified or truncated, or the associated data
/// differs.
#[pyfunction]
#[pyo3(
    signature = (data, /, keys, **options),
    text_signature = "(data, /, keys, *, context=None, associated_data=None, header=None)"
)]
pub(crate) fn decrypt<'py>(
    data: &Bound<'py, PyAny>,
    keys: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = keys.py();
    let mut opening = Opening::from_py(py, "decrypt()", options)?;
    let (front, body) = Body::split(data, opening.take_header())?;
    let handle = DecryptHandle::open(py, front.header(), keys, &opening)?;
    handle.decrypt_body(py, &body, opening.associated_data())
}

/// Decrypts an envelope into the front of the writable buffer `out`; returns the length of the
/// plaintext. Other arguments and errors are those of `decrypt`. On an error no plaintext stays in
/// `out`.
#[pyfunction]
#[pyo3(
    signature = (data, out, /, keys, **options),
    text_signature = "(data, out, /, keys, *, context=None, associated_data=None, header=None)"
)]
pub(crate) fn decrypt_into<'py>(
    data: &Bound<'py, PyAny>,
    out: &Bound<'py, PyAny>,
    keys: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<usize> {
    let py = keys.py();
    let mut opening = Opening::from_py(py, "decrypt_into()", options)?;
    let (front, body) = Body::split(data, opening.take_header())?;
    let handle = DecryptHandle::open(py, front.header(), keys, &opening)?;
    handle.decrypt_body_into(&body, out, opening.associated_data())
}

/// Replaces the wrapped keys of an envelope in memory. Its body does not change.
#[pyfunction]
#[pyo3(signature = (data, /, old, new, *, add = false))]
pub(crate) fn rewrap<'py>(
    data: &Bound<'py, PyAny>,
    old: &Bound<'py, PyAny>,
    new: &Bound<'py, PyAny>,
    add: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = data.py();
    let envelope = Data::from_py(data)?.whole()?;
    let (old, new) = (Keys::from_py(old)?, Keys::from_py(new)?);
    let mode: RewrapMode = header::mode(add);
    let rewrapped =
        py.detach(|| sealwax::rewrap(&envelope, &old.providers(), &new.providers(), mode));
    let rewrapped = rewrapped.map_err(|error| errors::to_py(py, error))?;
    interrupts::raise()?;
    Ok(PyBytes::new(py, &rewrapped))
}
