//! Buffers borrowed from the caller for threads that run without the GIL.
//!
//! The stable ABI of Python 3.9 has no safe way to borrow a buffer. The crate `numpy` has one for
//! NumPy arrays, and NumPy makes an array of any buffer without a copy. If the program has not
//! loaded NumPy, segments are copied instead.

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray1};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyMemoryView;

use crate::loaded::loaded;

/// Borrows the bytes of `view` for reading.
pub(crate) fn readable<'py>(view: &Bound<'py, PyMemoryView>) -> Option<PyReadonlyArray1<'py, u8>> {
    array(view)?.try_readonly().ok()
}

/// Borrows the bytes of `view` for writing; `None` also if they are already borrowed.
pub(crate) fn writable<'py>(view: &Bound<'py, PyMemoryView>) -> Option<PyReadwriteArray1<'py, u8>> {
    array(view)?.try_readwrite().ok()
}

/// NumPy is never imported for this: the import takes longer than copying most messages.
fn array<'py>(view: &Bound<'py, PyMemoryView>) -> Option<Bound<'py, PyArray1<u8>>> {
    let numpy = loaded(view.py(), intern!(view.py(), "numpy"))?;
    let array = numpy.call_method1("frombuffer", (view, "u1")).ok()?;
    array.cast_into().ok()
}
