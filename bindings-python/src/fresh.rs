//! Creation of large `bytes` without holding the GIL.
//!
//! The stable ABI lends new `bytes` for writing only while the GIL is held, and fills them with
//! zeros first. For 64 MiB that takes longer than their encryption, and blocks an event loop.
//! Python's own `bytes(n)` gets zeroed pages from the system, which cost nothing until they are
//! touched. `io.BytesIO` then lends the object that it was made from, and returns it.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;

use crate::data::Output;
use crate::loaded::loaded;

/// Shortest result for which this is faster, in bytes.
const LARGE_LEN: usize = 1 << 20;

/// `bytes` that are being written.
pub(crate) struct Fresh<'py> {
    file: Bound<'py, PyAny>,
    out: Output<'py>,
}

impl<'py> Fresh<'py> {
    /// Allocates `bytes` of this length if that is better than copying: they are large and can be
    /// written in place, or a waiting event loop must not be blocked by the copy.
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

    /// The memory to write to.
    pub(crate) const fn out(&self) -> &Output<'py> {
        &self.out
    }

    /// The finished object, which is immutable from now on.
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
