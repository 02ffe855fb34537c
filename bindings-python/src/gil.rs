//! The interpreter lock (GIL), and the work that needs it.
//!
//! Cryptography and I/O run without the GIL. Creating `bytes` and copying mutable memory need it,
//! and block other Python threads and the event loop for that time. This module does all of that
//! work. `segments` splits large copies, and `longest_hold` measures the longest one.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView, PySlice};

/// Bytes that are copied without releasing the lock.
pub(crate) const MOST_LEN: usize = 1 << 20;

/// Bytes that are zeroed without releasing the lock.
const ZEROS_LEN: usize = 1 << 18;

/// The longest work under the lock so far, in bytes.
static LONGEST: AtomicUsize = AtomicUsize::new(0);

fn record(len: usize) {
    if len > LONGEST.load(Ordering::Relaxed) {
        LONGEST.fetch_max(len, Ordering::Relaxed);
    }
}

/// The most bytes that were filled or copied without releasing the lock since the last call.
#[pyfunction]
pub(crate) fn longest_hold() -> usize {
    LONGEST.swap(0, Ordering::Relaxed)
}

/// New `bytes`, zeroed and then written by `fill`.
pub(crate) fn new_bytes(
    py: Python<'_>,
    len: usize,
    fill: impl FnOnce(&mut [u8]) -> PyResult<()>,
) -> PyResult<Bound<'_, PyBytes>> {
    record(len);
    PyBytes::new_with(py, len, fill)
}

/// Copies Rust memory to new `bytes`.
pub(crate) fn bytes<'py>(py: Python<'py>, data: &[u8]) -> Bound<'py, PyBytes> {
    record(data.len());
    PyBytes::new(py, data)
}

/// Copies a view to new `bytes`.
pub(crate) fn copy_of<'py>(view: &Bound<'py, PyMemoryView>) -> PyResult<Bound<'py, PyBytes>> {
    let copy = view.call_method0("tobytes")?.cast_into::<PyBytes>()?;
    record(copy.as_bytes().len());
    Ok(copy)
}

/// Copies a part of a view of single bytes, clamped to its end, to new `bytes`.
pub(crate) fn copy_of_part<'py>(
    view: &Bound<'py, PyMemoryView>,
    start: usize,
    end: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let part = view.get_item(slice(view.py(), start, end)?)?;
    copy_of(part.cast()?)
}

/// Copies `bytes` to `offset` of a writable view of single bytes.
pub(crate) fn write(
    view: &Bound<'_, PyMemoryView>,
    offset: usize,
    bytes: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let len = bytes.len()?;
    record(len);
    view.set_item(slice(view.py(), offset, offset + len)?, bytes)
}

/// Copies Rust memory to `offset`, in parts. Other threads can take the lock between them.
pub(crate) fn write_all(
    view: &Bound<'_, PyMemoryView>,
    offset: usize,
    data: &[u8],
) -> PyResult<()> {
    let py = view.py();
    for (index, part) in data.chunks(MOST_LEN).enumerate() {
        give_way(py, index);
        write(view, offset + index * MOST_LEN, &bytes(py, part))?;
    }
    Ok(())
}

/// Overwrites a view of single bytes with zeros, in the same way.
pub(crate) fn clear(view: &Bound<'_, PyMemoryView>) -> PyResult<()> {
    let (py, len) = (view.py(), view.len()?);
    let zeros = new_bytes(py, len.min(ZEROS_LEN), |_| Ok(()))?;
    let zeros = PyMemoryView::from(zeros.as_any())?;
    for (index, start) in (0..len).step_by(ZEROS_LEN).enumerate() {
        give_way(py, index);
        let part = zeros.get_item(slice(py, 0, ZEROS_LEN.min(len - start))?)?;
        write(view, start, &part)?;
    }
    Ok(())
}

/// Releases the lock briefly before each part but the first.
fn give_way(py: Python<'_>, index: usize) {
    if index > 0 {
        py.detach(|| ());
    }
}

fn slice(py: Python<'_>, start: usize, end: usize) -> PyResult<Bound<'_, PySlice>> {
    Ok(PySlice::new(py, start.try_into()?, end.try_into()?, 1))
}
