//! Readers of plaintext, on which the file objects of `sealwax.open` are built.

use std::io::Read;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sealwax::chunked::CHUNK_LEN;
use sealwax::file;
use sealwax::io::{DecryptReader, EncryptReader};
use sealwax::read_at::{PositionalReader, ReadAt};
use sealwax::{DecryptHandle, Decryptor, OwnProcess, Result};
use zeroize::Zeroizing;

use crate::data::Output;
use crate::fresh::Fresh;
use crate::keys::Keys;
use crate::object::{ObjectReader, SeekableObject};
use crate::options::{Opening, Sealing};
use crate::segments::thread_limit;
use crate::{borrowed_buffer, errors, gil, interrupts};

/// A positional reader, independent of the type of the ciphertext's source.
trait Positional: Send + Sync {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize>;
    fn len(&self) -> u64;
    fn handle(&self) -> &DecryptHandle;
}

impl<R: ReadAt> Positional for PositionalReader<R> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        self.read_at(buf, offset)
    }

    fn len(&self) -> u64 {
        self.len()
    }

    fn handle(&self) -> &DecryptHandle {
        self.handle()
    }
}

/// Plaintext at any offset of an envelope, for any number of threads.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct RangeReader {
    inner: Box<dyn Positional>,
    /// Plaintext that is copied to the caller's buffer at once, in bytes.
    piece_len: usize,
}

#[pymethods]
impl RangeReader {
    /// Opens a file, or a file object with `read` and `seek`.
    #[staticmethod]
    fn open(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        is_path: bool,
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let opening = Opening::from_py(py, "open()", Some(options))?;
        let keys = Keys::from_py(keys)?;
        let inner = if is_path {
            let path: PathBuf = source.extract()?;
            py.detach(|| open_path(path, &keys, &opening))
        } else {
            let source = SeekableObject::new(source)?;
            py.detach(|| open_object(source, &keys, &opening))
        };
        let piece_len = if is_path { PIECE_LEN } else { REQUEST_LEN };
        let inner = inner.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        Ok(RangeReader { inner, piece_len })
    }

    /// Up to `size` bytes from `offset` on; fewer only at the end.
    fn read_at<'py>(
        &self,
        py: Python<'py>,
        offset: u64,
        size: u64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let len = usize::try_from(size.min(self.inner.len().saturating_sub(offset)))?;
        if let Some(fresh) = Fresh::of(py, len)? {
            self.fill(py, fresh.out(), offset, len)?;
            return fresh.finish();
        }
        gil::new_bytes(py, len, |out| {
            let read = py.detach(|| self.inner.read_at(out, offset));
            read.map(drop).map_err(|error| errors::to_py(py, error))
        })
    }

    /// Fills the front of `buffer` from `offset` on, with at least `wanted` bytes and the rest of
    /// their chunks, which are opened whole. Returns the number of bytes.
    fn readinto_at<'py>(
        &self,
        py: Python<'py>,
        offset: u64,
        buffer: &Bound<'py, PyAny>,
        wanted: u64,
    ) -> PyResult<usize> {
        let out = Output::from_py(buffer)?;
        let end = offset.saturating_add(wanted).next_multiple_of(CHUNK_LEN as u64);
        let end = end.min(self.inner.len()).min(offset.saturating_add(out.len()? as u64));
        let len = usize::try_from(end.saturating_sub(offset))?;
        self.fill(py, &out, offset, len)?;
        Ok(len)
    }

    /// Authenticated length of the plaintext, in bytes.
    #[getter]
    fn size(&self) -> u64 {
        self.inner.len()
    }

    /// The header, authenticated.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.handle().header_bytes())
    }

    /// The metadata; `None` if there is none.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        metadata_of(py, self.inner.handle().metadata())
    }
}

impl RangeReader {
    /// Reads `len` bytes, which must exist, into the front of a buffer, in place if it can be
    /// borrowed.
    fn fill(&self, py: Python<'_>, out: &Output<'_>, offset: u64, len: usize) -> PyResult<()> {
        if len > CHUNK_LEN
            && let Some(mut array) = borrowed_buffer::writable(out.view())
        {
            let room = array.as_slice_mut()?.get_mut(..len).unwrap_or_default();
            let read = py.detach(|| self.inner.read_at(room, offset));
            return read.map(drop).map_err(|error| errors::to_py(py, error));
        }
        let (mut room, mut filled) = (Zeroizing::new(vec![0; len.min(self.piece_len)]), 0);
        while filled < len {
            let step = room.len().min(len - filled);
            let piece = room.get_mut(..step).unwrap_or_default();
            let read = py.detach(|| self.inner.read_at(piece, offset + filled as u64));
            read.map_err(|error| errors::to_py(py, error))?;
            gil::write_all(out.view(), filled, piece)?;
            filled += step;
        }
        Ok(())
    }
}

/// Plaintext that is copied to the caller's buffer at once, in bytes.
const PIECE_LEN: usize = 1 << 20;

/// Plaintext that one read of a file object requests, in bytes. Each read may be a network request.
const REQUEST_LEN: usize = 1 << 26;

fn open_path(path: PathBuf, keys: &Keys, opening: &Opening) -> Result<Box<dyn Positional>> {
    let (options, providers) = (opening.options(), keys.providers());
    let reader = match opening.header() {
        None => file::open_file(path, &providers, &options)?,
        Some(header) => file::open_detached_file(path, header, &providers, &options)?,
    };
    Ok(Box::new(reader.threads(thread_limit())))
}

fn open_object(
    source: SeekableObject,
    keys: &Keys,
    opening: &Opening,
) -> Result<Box<dyn Positional>> {
    let (options, providers) = (opening.options(), keys.providers());
    let reader = match opening.header() {
        None => PositionalReader::open(source, &providers, &options)?,
        Some(header) => {
            let handle = DecryptHandle::open(header, &providers, &options)?;
            PositionalReader::with_detached_header(source, handle, opening.associated_data())?
        }
    };
    Ok(Box::new(reader.threads(thread_limit()).window(REQUEST_LEN)))
}

pub(crate) fn metadata_of<M: AsRef<[u8]>>(
    py: Python<'_>,
    metadata: Result<Option<M>>,
) -> PyResult<Option<Bound<'_, PyBytes>>> {
    let metadata = metadata.map_err(|error| errors::to_py(py, error))?;
    Ok(metadata.map(|metadata| PyBytes::new(py, metadata.as_ref())))
}

/// The direction of a `StreamReader`.
enum Flow {
    Open(DecryptReader<ObjectReader>),
    Seal(EncryptReader<ObjectReader>),
}

/// Returns the plaintext of an envelope, or the envelope of a plaintext, in sequence.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct StreamReader {
    flow: Mutex<Flow>,
    process: OwnProcess,
    header: Option<Vec<u8>>,
    metadata: Option<Vec<u8>>,
}

#[pymethods]
impl StreamReader {
    /// Decrypts what `source.read(n)` returns.
    #[staticmethod]
    fn decrypting(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let opening = Opening::from_py(py, "open()", Some(options))?;
        let keys = Keys::from_py(keys)?;
        let source = ObjectReader::new(source);
        let reader = py.detach(|| decrypting(source, &keys, &opening));
        let reader = reader.map_err(|error| errors::to_py(py, error))?;
        interrupts::raise()?;
        let metadata = reader.metadata().map_err(|error| errors::to_py(py, error))?;
        Ok(StreamReader {
            header: reader.header().map(|header| header.as_bytes().to_vec()),
            metadata: metadata.map(|metadata| metadata.to_vec()),
            flow: Mutex::new(Flow::Open(reader)),
            process: OwnProcess::new(),
        })
    }

    /// Encrypts what `source.read(n)` returns.
    #[staticmethod]
    fn encrypting(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let sealing = Sealing::from_py(py, "encrypt_stream()", Some(options))?;
        let (keys, source) = (Keys::for_sealing(keys, &sealing)?, ObjectReader::new(source));
        let options = sealing.unresolved();
        let reader = py.detach(|| EncryptReader::new(source, &keys.providers(), &options));
        let reader = reader.map_err(|error| errors::to_py(py, error))?;
        keys.tell_wrap_failures(py);
        interrupts::raise()?;
        let (flow, process) = (Mutex::new(Flow::Seal(reader)), OwnProcess::new());
        Ok(StreamReader { flow, process, header: None, metadata: None })
    }

    /// Up to `size` bytes; empty only at the end.
    fn read<'py>(&self, py: Python<'py>, size: usize) -> PyResult<Bound<'py, PyBytes>> {
        let mut room = vec![0; size.min(PIECE_LEN)];
        // In the child of a fork another thread's lock may be held forever.
        self.process.check().map_err(|error| errors::to_py(py, error))?;
        let read = py.detach(|| {
            let mut flow = self.flow.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut *flow {
                Flow::Open(reader) => reader.read(&mut room),
                Flow::Seal(reader) => reader.read(&mut room),
            }
        });
        let read = read.map_err(|error| errors::to_py(py, error.into()))?;
        Ok(gil::bytes(py, room.get(..read).unwrap_or_default()))
    }

    /// As `read`, into the front of `buffer`.
    fn readinto<'py>(&self, py: Python<'py>, buffer: &Bound<'py, PyAny>) -> PyResult<usize> {
        let out = Output::from_py(buffer)?;
        let piece = self.read(py, out.len()?)?;
        gil::write(out.view(), 0, piece.as_any())?;
        Ok(piece.as_bytes().len())
    }

    /// The authenticated header; `None` for a stream that encrypts.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.header.as_ref().map(|header| PyBytes::new(py, header))
    }

    /// The metadata; `None` if there is none.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.metadata.as_ref().map(|metadata| PyBytes::new(py, metadata))
    }
}

fn decrypting(
    source: ObjectReader,
    keys: &Keys,
    opening: &Opening,
) -> Result<DecryptReader<ObjectReader>> {
    let (options, providers) = (opening.options(), keys.providers());
    let Some(header) = opening.header() else {
        return DecryptReader::new(source, &providers, &options);
    };
    let mut decryptor = Decryptor::with_header(header, &options)?;
    decryptor.unwrap_with(&providers)?;
    Ok(DecryptReader::from_decryptor(source, decryptor))
}
