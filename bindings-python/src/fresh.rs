//! Large new `bytes`, made while other threads run.
//!
//! The stable interface gives out new `bytes` for writing only while the interpreter lock is held, and
//! fills them with zeros first: of 64 MiB that takes longer than their encryption, and an event loop
//! stands still meanwhile. Python's own `bytes(n)` takes zeros from the system, which cost nothing before
//! they are touched, and `io.BytesIO` lends the very object that it was made of, and gives it back.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;

use crate::data::Output;
use crate::loaded::loaded;

/// From this length on, in bytes, it pays.
const LARGE_LEN: usize = 1 << 20;

/// `bytes` that are being written.
pub(crate) struct Fresh<'py> {
    file: Bound<'py, PyAny>,
    out: Output<'py>,
}

impl<'py> Fresh<'py> {
    /// Room for so many bytes, if this is the way to make them: they are many, and can be written in
    /// place, or an event loop waits that must not stand still while they are copied.
    pub(crate) fn of(py: Python<'py>, len: usize) -> PyResult<Option<Self>> {
        let pays = len >= LARGE_LEN
            && (loaded(py, intern!(py, "numpy")).is_some() || is_for_an_event_loop(py)?);
        if pays { Self::new(py, len).map(Some) } else { Ok(None) }
    }

    fn new(py: Python<'py>, len: usize) -> PyResult<Self> {
        static FILE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let zeros = py.get_type::<PyBytes>().call1((len,))?;
        let file = FILE.import(py, "io", "BytesIO")?.call1((zeros,))?;
        let out = Output::from_py(&file.call_method0("getbuffer")?)?;
        Ok(Fresh { file, out })
    }

    /// Where the bytes are to be written.
    pub(crate) const fn out(&self) -> &Output<'py> {
        &self.out
    }

    /// The object, which nobody can write to any more.
    pub(crate) fn finish(self) -> PyResult<Bound<'py, PyBytes>> {
        drop(self.out);
        Ok(self.file.call_method0("getvalue")?.cast_into()?)
    }
}

/// Whether this thread works for `sealwax.aio`.
pub(crate) fn is_for_an_event_loop(py: Python<'_>) -> PyResult<bool> {
    static BRIDGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let bridge = BRIDGE.import(py, "sealwax._call_context", "current_bridge")?;
    Ok(!bridge.call_method0("get")?.is_none())
}
