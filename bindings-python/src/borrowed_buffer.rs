//! Memory of the caller, lent to threads that run without the interpreter lock.
//!
//! The stable interface of Python 3.9 has no way to lend a buffer without unsafe code. NumPy's
//! arrays have one, the crate `numpy`, and NumPy makes an array of any buffer without a copy.
//! Where the program has not loaded NumPy there is nothing to lend, and pieces are copied.

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray1};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyMemoryView;

use crate::loaded::loaded;

/// The bytes of `view`, to be read.
pub(crate) fn readable<'py>(view: &Bound<'py, PyMemoryView>) -> Option<PyReadonlyArray1<'py, u8>> {
    array(view)?.try_readonly().ok()
}

/// The bytes of `view`, to be written; `None` also where they are lent already.
pub(crate) fn writable<'py>(view: &Bound<'py, PyMemoryView>) -> Option<PyReadwriteArray1<'py, u8>> {
    array(view)?.try_readwrite().ok()
}

/// NumPy is never loaded for this: that takes longer than copies of most messages.
fn array<'py>(view: &Bound<'py, PyMemoryView>) -> Option<Bound<'py, PyArray1<u8>>> {
    let numpy = loaded(view.py(), intern!(view.py(), "numpy"))?;
    let array = numpy.call_method1("frombuffer", (view, "u1")).ok()?;
    array.cast_into().ok()
}
