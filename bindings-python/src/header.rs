//! Headers: parsing without keys, rewrap, lengths.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use sealwax::{DecryptHandle, DecryptOptions, Header, RewrapMode, chunked};

use crate::data::Data;
use crate::keys::Keys;
use crate::{context, errors, interrupts, wrapped_key};

/// The fields of the header that `data` starts with, for `sealwax.Header`.
#[pyfunction]
#[pyo3(signature = (data, /))]
pub(crate) fn parse_header<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = data.py();
    let bytes = Data::from_py(data)?.whole()?;
    let (header, _) = Header::split(&bytes).map_err(|error| errors::to_py(py, error))?;
    let keys = PyList::empty(py);
    for key in header.wrapped_keys() {
        keys.append(wrapped_key::to_py(py, key)?)?;
    }
    let fields = PyDict::new(py);
    fields.set_item("data", PyBytes::new(py, header.as_bytes()))?;
    fields.set_item("suite", header.suite())?;
    fields.set_item("context", context::to_py(py, header.context())?)?;
    fields.set_item("wrapped_keys", keys.to_tuple())?;
    fields.set_item("sealed_metadata_len", header.sealed_metadata().len())?;
    fields.set_item("padding_len", header.padding_len())?;
    Ok(fields)
}

/// The header with other wrapped keys: unwraps with `old`, wraps with `new`.
///
/// For headers that are stored apart from their bodies. `add` keeps the existing wrapped keys.
///
/// Raises:
///     FormatError, TruncatedError, LimitError: this is not one whole header, or the new one is too
///         large.
///     NoMatchingKeyError, KeyUnwrapError, ProviderError: no provider of `old` unwrapped the key, or
///         one of `new` did not wrap it.
#[pyfunction]
#[pyo3(signature = (header, /, old, new, *, add = false))]
pub(crate) fn rewrap_header<'py>(
    header: &Bound<'py, PyAny>,
    old: &Bound<'py, PyAny>,
    new: &Bound<'py, PyAny>,
    add: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = header.py();
    let header = Data::from_py(header)?.whole()?;
    let (old, new) = (Keys::from_py(old)?, Keys::from_py(new)?);
    let rewrapped = py.detach(|| {
        let handle = DecryptHandle::open(&header, &old.providers(), &DecryptOptions::new())?;
        sealwax::rewrap_with(&handle, &new.providers(), mode(add))
    });
    let rewrapped = rewrapped.map_err(|error| errors::to_py(py, error))?;
    interrupts::raise()?;
    Ok(PyBytes::new(py, &rewrapped))
}

/// Which wrapped keys the header has after a rewrap.
pub(crate) const fn mode(add: bool) -> RewrapMode {
    if add { RewrapMode::Add } else { RewrapMode::Replace }
}

/// Length of the envelope of `plaintext_size` bytes, in bytes.
///
/// Without `header_len` the header is assumed to fill one page. That is so for files, streams and
/// messages of 1 MiB and more, unless there are very many keys. `header_len=0` gives the length of
/// a body without a header.
///
/// Raises:
///     LimitError: no envelope can be that long.
///
/// >>> import sealwax
/// >>> sealwax.sealed_size(1_000_000_000)
/// 1000980728
#[pyfunction]
#[pyo3(signature = (plaintext_size, /, header_len = sealwax::header::PAGE_LEN))]
pub(crate) fn sealed_size(py: Python<'_>, plaintext_size: u64, header_len: usize) -> PyResult<u64> {
    let body = chunked::sealed_len(plaintext_size).map_err(|error| errors::to_py(py, error))?;
    Ok(body + header_len as u64)
}
