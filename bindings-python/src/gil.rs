//! The interpreter lock (GIL), and what has to be done under it.
//!
//! Cryptography and I/O run without the lock. New `bytes`, and copies of memory that Python can change,
//! need it: until they are made no other thread runs Python, and an event loop stands still. All of them
//! are made here. `segments` cuts large ones, and `longest_hold` shows how well.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView, PySlice};

/// How much is copied at once under the lock, in bytes.
pub(crate) const MOST_LEN: usize = 1 << 20;

/// How many zeros are written at once, in bytes.
const ZEROS_LEN: usize = 1 << 18;

/// The longest of all works under the lock, in bytes.
static LONGEST: AtomicUsize = AtomicUsize::new(0);

fn record(len: usize) {
    if len > LONGEST.load(Ordering::Relaxed) {
        LONGEST.fetch_max(len, Ordering::Relaxed);
    }
}

/// How many bytes were filled or copied at most without giving up the lock, since this was last
/// called.
#[pyfunction]
pub(crate) fn longest_hold() -> usize {
    LONGEST.swap(0, Ordering::Relaxed)
}

/// New `bytes`: filled with zeros, then by `fill`.
pub(crate) fn new_bytes(
    py: Python<'_>,
    len: usize,
    fill: impl FnOnce(&mut [u8]) -> PyResult<()>,
) -> PyResult<Bound<'_, PyBytes>> {
    record(len);
    PyBytes::new_with(py, len, fill)
}

/// Memory of ours as new `bytes`.
pub(crate) fn bytes<'py>(py: Python<'py>, data: &[u8]) -> Bound<'py, PyBytes> {
    record(data.len());
    PyBytes::new(py, data)
}

/// What a view shows, as new `bytes`.
pub(crate) fn copy_of<'py>(view: &Bound<'py, PyMemoryView>) -> PyResult<Bound<'py, PyBytes>> {
    let copy = view.call_method0("tobytes")?.cast_into::<PyBytes>()?;
    record(copy.as_bytes().len());
    Ok(copy)
}

/// A part of a view of single bytes, cut at its end, as new `bytes`.
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

/// Copies memory of ours to `offset`, in parts between which other threads may have the lock.
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

/// Overwrites all of such a view with zeros, in the same way.
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

/// Lets other threads have the lock before all parts but the first.
fn give_way(py: Python<'_>, index: usize) {
    if index > 0 {
        py.detach(|| ());
    }
}

fn slice(py: Python<'_>, start: usize, end: usize) -> PyResult<Bound<'_, PySlice>> {
    Ok(PySlice::new(py, start.try_into()?, end.try_into()?, 1))
}
