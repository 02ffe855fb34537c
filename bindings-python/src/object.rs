//! Adapters from Python file objects to the core's readers and writers.

use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use sealwax::read_at::ReadAt;

use crate::data::Data;
use crate::gil;

/// An object with `read(n)`.
pub(crate) struct ObjectReader(Py<PyAny>);

impl ObjectReader {
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Self {
        ObjectReader(object.clone().unbind())
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            py.check_signals()?;
            read_object(self.0.bind(py), buf)
        })
        .map_err(io::Error::other)
    }
}

/// Makes one call of `read`, which may return fewer bytes than requested but never more.
fn read_object(object: &Bound<'_, PyAny>, buf: &mut [u8]) -> PyResult<usize> {
    let answer = object.call_method1("read", (buf.len(),))?;
    if answer.is_none() {
        return Err(pyo3::exceptions::PyBlockingIOError::new_err(
            "the file object has no data now; a blocking one is needed",
        ));
    }
    let bytes = Data::from_py(&answer)?.whole()?;
    let room = buf.get_mut(..bytes.len());
    let room = room.ok_or_else(|| PyTypeError::new_err("read(n) returned more than n bytes"))?;
    room.copy_from_slice(&bytes);
    Ok(bytes.len())
}

/// An object with `read(n)` and `seek(offset)`. Offset 0 is its position when it was passed.
pub(crate) struct SeekableObject {
    object: Py<PyAny>,
    start: u64,
    len: u64,
    /// Makes seek and read atomic. It is locked only while the GIL is not held, to avoid a
    /// deadlock.
    turn: Mutex<()>,
}

impl SeekableObject {
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let start: u64 = object.call_method0("tell")?.extract()?;
        let end: u64 = object.call_method1("seek", (0, 2))?.extract()?;
        let len = end.saturating_sub(start);
        Ok(SeekableObject { object: object.clone().unbind(), start, len, turn: Mutex::new(()) })
    }
}

impl ReadAt for SeekableObject {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Python::attach(|py| {
            let object = self.object.bind(py);
            object.call_method1("seek", (self.start + offset,))?;
            read_object(object, buf)
        })
        .map_err(io::Error::other)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.len)
    }
}

/// An object with `write(bytes)`.
pub(crate) struct ObjectWriter(Py<PyAny>);

impl ObjectWriter {
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Self {
        ObjectWriter(object.clone().unbind())
    }

    /// Calls `sealwax._host`, which interprets the return values of Python's writers.
    fn call<'py>(
        &self,
        py: Python<'py>,
        function: &PyOnceLock<Py<PyAny>>,
        name: &str,
        bytes: Option<Bound<'py, PyBytes>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        py.check_signals()?;
        let function = function.import(py, "sealwax._host", name)?;
        match bytes {
            Some(bytes) => function.call1((self.0.bind(py), bytes)),
            None => function.call1((self.0.bind(py),)),
        }
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        static WRITE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let written = Python::attach(|py| -> PyResult<usize> {
            self.call(py, &WRITE, "write", Some(gil::bytes(py, bytes)))?.extract()
        });
        // A faulty object may report more bytes than it received.
        match written.map_err(io::Error::other)? {
            written if written <= bytes.len() => Ok(written),
            _ => Err(io::Error::other("write(data) returned more than the length of data")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        static FLUSH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        Python::attach(|py| self.call(py, &FLUSH, "flush", None).map(drop))
            .map_err(io::Error::other)
    }
}
