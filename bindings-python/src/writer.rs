//! The writer of envelopes, on which the file objects of `sealwax.open` are built.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyDict;
use sealwax::file::FileTarget;
use sealwax::io::EncryptWriter;
use sealwax::{Encryptor, Error, OwnProcess, SysRng};

use crate::data::Data;
use crate::keys::Keys;
use crate::object::ObjectWriter;
use crate::options::Sealing;
use crate::signals_and_progress::{Interruptible, Watch};
use crate::{errors, file_options, gil, interrupts};

/// Plaintext that is copied from mutable memory at once, in bytes.
const PIECE_LEN: usize = 1 << 18;

/// The target of the envelope.
enum Sink {
    File(Interruptible<FileTarget>),
    Object(ObjectWriter),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Sink::File(file) => file.write(bytes),
            Sink::Object(object) => object.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Sink::File(file) => file.flush(),
            Sink::Object(object) => object.flush(),
        }
    }
}

/// Encrypts what is written to it.
#[pyclass(frozen, module = "sealwax._sealwax")]
pub(crate) struct StreamWriter {
    /// `None` after the envelope was finished or abandoned.
    inner: Mutex<Option<EncryptWriter<Sink>>>,
    header: Option<Vec<u8>>,
    process: OwnProcess,
}

#[pymethods]
impl StreamWriter {
    /// Writes to a file that gets its name at the end. `placing` says whether it must be a new one,
    /// whether it is made durable, and its permissions. With `detached` the header is only
    /// available from `header`.
    #[staticmethod]
    fn to_path(
        py: Python<'_>,
        path: PathBuf,
        placing: (bool, Bound<'_, PyAny>, Option<Bound<'_, PyAny>>),
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        detached: bool,
    ) -> PyResult<Self> {
        let sealing = Sealing::from_py(py, "open()", Some(options))?;
        let (exclusive, durable, permissions) = placing;
        let options = file_options::placing(exclusive, &durable, permissions.as_ref())?;
        // Creates the file first, so that no KMS is called if that fails.
        let watch = Watch::new(None);
        let report = |done, total| watch.report(done, total);
        let target = py.detach(|| FileTarget::create(path, &options.progress(&report)));
        let sink = Sink::File(Interruptible(watch.finish(py, target)?));
        Self::begin(py, sink, keys, &sealing, detached)
    }

    /// Writes to an object with `write(bytes)`.
    #[staticmethod]
    fn to_object(
        py: Python<'_>,
        target: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        detached: bool,
    ) -> PyResult<Self> {
        let sealing = Sealing::from_py(py, "open()", Some(options))?;
        let sink = Sink::Object(ObjectWriter::new(target));
        Self::begin(py, sink, keys, &sealing, detached)
    }

    /// Encrypts all of `data`.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<usize> {
        let data = Data::from_py(data)?;
        let len = data.len()?;
        match data {
            Data::Bytes(bytes) => self.write_bytes(py, &bytes)?,
            Data::View(view) => {
                for start in (0..len).step_by(PIECE_LEN) {
                    let piece: PyBackedBytes =
                        gil::copy_of_part(&view, start, start + PIECE_LEN)?.into();
                    self.write_bytes(py, &piece)?;
                }
            }
        }
        Ok(len)
    }

    /// Writes all full chunks, and the header before the first of them.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        let flushed = py.detach(|| match self.lock()?.as_mut() {
            Some(writer) => writer.flush().map_err(Error::from),
            None => Ok(()),
        });
        flushed.map_err(|error| errors::to_py(py, error))
    }

    /// Writes the last chunk. A file is made durable and gets its name.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let finished = py.detach(|| {
            let writer = self.lock()?.take().ok_or(CLOSED)?;
            match writer.finish()? {
                Sink::File(target) => target.0.commit(),
                Sink::Object(_) => Ok(()),
            }
        });
        finished.map_err(|error| errors::to_py(py, error))
    }

    /// Abandons the envelope. Its end is missing, so it does not look complete.
    fn discard(&self, py: Python<'_>) {
        py.detach(|| self.lock().map(|mut inner| drop(inner.take()))).ok();
    }

    /// The header of a detached envelope.
    #[getter]
    fn header(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }
}

const CLOSED: Error = Error::InvalidState("the envelope is finished");

impl StreamWriter {
    fn begin(
        py: Python<'_>,
        sink: Sink,
        keys: &Bound<'_, PyAny>,
        sealing: &Sealing,
        detached: bool,
    ) -> PyResult<Self> {
        let keys = Keys::for_sealing(keys, sealing)?;
        let started = py.detach(|| start(&keys, sealing, detached));
        let (encryptor, header) = started.map_err(|error| errors::to_py(py, error))?;
        keys.tell_wrap_failures(py);
        interrupts::raise()?;
        let inner = Mutex::new(Some(EncryptWriter::from_encryptor(sink, encryptor)));
        Ok(StreamWriter { inner, header, process: OwnProcess::new() })
    }

    /// Refuses the child of a fork, where another thread's lock may be held forever.
    fn lock(&self) -> sealwax::Result<MutexGuard<'_, Option<EncryptWriter<Sink>>>> {
        self.process.check()?;
        Ok(self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write_bytes(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<()> {
        let written = py.detach(|| match self.lock()?.as_mut() {
            Some(writer) => writer.write_all(bytes).map_err(Error::from),
            None => Err(CLOSED),
        });
        written.map_err(|error| errors::to_py(py, error))
    }
}

/// An encryptor with a fresh key, and its header if that is detached.
fn start(
    keys: &Keys,
    sealing: &Sealing,
    detached: bool,
) -> sealwax::Result<(Encryptor, Option<Vec<u8>>)> {
    let options = sealing.unresolved();
    let (dek, wrapped) = options.generate_dek(&keys.providers(), None, &mut SysRng)?;
    let mut encryptor = Encryptor::new(&dek, &options, &mut SysRng)?;
    for key in wrapped {
        encryptor.add_wrapped_key(key)?;
    }
    let header = if detached { Some(encryptor.detach_header()?) } else { None };
    Ok((encryptor, header))
}
