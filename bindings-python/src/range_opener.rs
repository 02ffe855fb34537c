//! Ranges of an object that Python fetches: which bytes are wanted, and how they are opened.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sealwax::chunked::{self, CHUNK_LEN, PREFIX_LEN};
use sealwax::{DecryptHandle, Error, Header, range};
use zeroize::Zeroizing;

use crate::data::{Data, Output};
use crate::keys::Keys;
use crate::options::Opening;
use crate::{borrowed_buffer, errors, gil, interrupts, reader};

/// A range of bytes: where it starts, and where it ends.
type Span = (u64, u64);

/// Opens ranges of one object, for any number of threads. It reads nothing itself.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct RangeOpener {
    handle: Arc<DecryptHandle>,
    opener: range::RangeOpener,
    /// Where the body starts in the object.
    body_start: u64,
}

#[pymethods]
impl RangeOpener {
    /// Which bytes of an object of `size` bytes it takes to open it: what comes before the first
    /// chunk, and the last chunk. `header_len` is 0 where the header is stored elsewhere.
    #[staticmethod]
    fn opening_spans(py: Python<'_>, size: u64, header_len: u64) -> PyResult<(Span, Span)> {
        let body_len = size.checked_sub(header_len).ok_or(Error::Truncated);
        let ranges = body_len.and_then(range::RangeOpener::opening_ranges);
        let [prefix, last] = ranges.map_err(|error| errors::to_py(py, error))?;
        Ok(((0, header_len + prefix.end), (header_len + last.start, header_len + last.end)))
    }

    /// Opens the object with what `opening_spans` named. `options` may hold the `header` that was
    /// stored elsewhere.
    #[new]
    fn new(
        size: u64,
        front: &Bound<'_, PyAny>,
        last_chunk: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let py = keys.py();
        let opening = Opening::from_py(py, "open()", Some(options))?;
        let keys = Keys::from_py(keys)?;
        let (front, last) = (Data::from_py(front)?.whole()?, Data::from_py(last_chunk)?.whole()?);
        let opened = py.detach(|| open(size, &front, &last, &keys, &opening));
        let opened = opened.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        Ok(opened)
    }

    /// Where the chunks are in the object that hold `size` bytes from `offset` on, or fewer at the
    /// end.
    fn span(&self, py: Python<'_>, offset: u64, size: u64) -> PyResult<Span> {
        let (start, end) = self.clipped(offset, size);
        let range = self.opener.body_range(start..end).map_err(|error| errors::to_py(py, error))?;
        Ok((self.body_start + range.start, self.body_start + range.end))
    }

    /// Where the plaintext ends that comes along with `size` bytes from `offset` on: chunks are
    /// opened whole.
    fn reach(&self, offset: u64, size: u64) -> u64 {
        let (_, end) = self.clipped(offset, size);
        end.next_multiple_of(CHUNK_LEN as u64).min(self.opener.plaintext_len())
    }

    /// The plaintext at `offset`, as `span` clips it, of what `span` names.
    fn open_range<'py>(
        &self,
        py: Python<'py>,
        offset: u64,
        size: u64,
        sealed: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (start, end) = self.clipped(offset, size);
        let sealed = Data::from_py(sealed)?.whole()?;
        gil::new_bytes(py, usize::try_from(end - start)?, |out| {
            let opened = py.detach(|| self.opener.open_range(start, &sealed, out));
            opened.map_err(|error| errors::to_py(py, error))
        })
    }

    /// The same, into the front of `buffer`; returns how many bytes.
    fn open_range_into(
        &self,
        py: Python<'_>,
        offset: u64,
        buffer: &Bound<'_, PyAny>,
        sealed: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let out = Output::from_py(buffer)?;
        let (start, end) = self.clipped(offset, out.len()? as u64);
        let (len, sealed) = (usize::try_from(end - start)?, Data::from_py(sealed)?.whole()?);
        let open = |room: &mut [u8]| self.opener.open_range(start, &sealed, room);
        if let Some(mut array) = borrowed_buffer::writable(out.view()) {
            let room = array.as_slice_mut()?.get_mut(..len).unwrap_or_default();
            py.detach(|| open(room)).map_err(|error| errors::to_py(py, error))?;
        } else {
            let mut room = Zeroizing::new(vec![0; len]);
            py.detach(|| open(&mut room)).map_err(|error| errors::to_py(py, error))?;
            gil::write_all(out.view(), 0, &room)?;
        }
        Ok(len)
    }

    /// Length of the plaintext in bytes, authenticated.
    #[getter]
    fn size(&self) -> u64 {
        self.opener.plaintext_len()
    }

    /// The header, authenticated.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.handle.header_bytes())
    }

    /// The metadata; `None` if there is none.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        reader::metadata_of(py, self.handle.metadata())
    }
}

impl RangeOpener {
    fn clipped(&self, offset: u64, size: u64) -> Span {
        let len = self.opener.plaintext_len();
        let start = offset.min(len);
        (start, start + size.min(len - start))
    }
}

fn open(
    size: u64,
    front: &[u8],
    last: &[u8],
    keys: &Keys,
    opening: &Opening,
) -> sealwax::Result<RangeOpener> {
    let (header, prefix) = if let Some(header) = opening.header() {
        (header, front)
    } else {
        let (header, prefix) = Header::split(front)?;
        (header.as_bytes(), prefix)
    };
    let handle = keys.opened(header, &opening.options())?;
    let body_start = (front.len() - prefix.len()) as u64;
    let body_len = size.checked_sub(body_start).ok_or(Error::Truncated)?;
    let prefix: &[u8; PREFIX_LEN] = prefix.first_chunk().ok_or(Error::Truncated)?;
    let data = opening.associated_data();
    let opener = range::RangeOpener::new(&handle, data, body_len, prefix, last)?;
    Ok(RangeOpener { handle, opener, body_start })
}

/// Length of the header that data begins with, if its first bytes are there.
#[pyfunction]
#[pyo3(signature = (data, /))]
pub(crate) fn announced_header_len(data: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    let start = Data::from_py(data)?.whole()?;
    Header::announced_len(&start).map_err(|error| errors::to_py(data.py(), error))
}

/// Length of the plaintext of an envelope of `sealed_size` bytes: what its lengths claim.
#[pyfunction]
#[pyo3(signature = (sealed_size, /, header_len))]
pub(crate) fn plaintext_size(py: Python<'_>, sealed_size: u64, header_len: u64) -> PyResult<u64> {
    let body_len = sealed_size.checked_sub(header_len).ok_or(Error::Truncated);
    body_len.and_then(chunked::plaintext_len).map_err(|error| errors::to_py(py, error))
}
