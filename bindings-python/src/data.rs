//! Arguments from Python that hold bytes.
//!
//! A buffer is accepted as its raw bytes, regardless of its items: numbers of any width and byte
//! order, text of fixed width, records of these. A buffer that holds addresses, such as an array of
//! Python objects, is rejected: addresses mean nothing to a reader, and decrypting into such an
//! array would crash the process.

use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};
use zeroize::Zeroizing;

use crate::{errors, gil};

/// Input of a call.
///
/// `bytes` are immutable, so the core reads them in place, without the GIL. Another thread may
/// change anything else in the meantime: see `segments`.
pub(crate) enum Data<'py> {
    /// Immutable.
    Bytes(PyBackedBytes),
    /// Mutable: a view of single bytes.
    View(Bound<'py, PyMemoryView>),
}

impl<'py> Data<'py> {
    /// Converts any object with a buffer. A buffer that is not contiguous is copied whole.
    pub(crate) fn from_py(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Data::Bytes(bytes.clone().into()));
        }
        let view = plain_view(object)?;
        if view.getattr("c_contiguous")?.is_truthy()?
            && let Ok(flat) = flat(&view)
        {
            return Ok(Data::View(flat));
        }
        Ok(Data::Bytes(gil::copy_of(&view)?.into()))
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> PyResult<usize> {
        match self {
            Data::Bytes(bytes) => Ok(bytes.len()),
            Data::View(view) => view.len(),
        }
    }

    /// All of it as immutable bytes: a copy unless it is `bytes`.
    pub(crate) fn whole(self) -> PyResult<PyBackedBytes> {
        match self {
            Data::Bytes(bytes) => Ok(bytes),
            Data::View(view) => Ok(gil::copy_of(&view)?.into()),
        }
    }

    /// As `whole` if it has at most `len` bytes, otherwise unchanged.
    pub(crate) fn copied_up_to(self, len: usize) -> PyResult<Self> {
        if self.len()? > len { Ok(self) } else { Ok(Data::Bytes(self.whole()?)) }
    }

    /// The first `len` bytes, or all if there are fewer.
    pub(crate) fn front(&self, py: Python<'py>, len: usize) -> PyResult<PyBackedBytes> {
        match self {
            Data::Bytes(bytes) => Ok(bytes.clone_ref(py)),
            Data::View(view) => Ok(gil::copy_of_part(view, 0, len.min(view.len()?))?.into()),
        }
    }

    /// The same data if it shares no memory with `out`, otherwise a copy. Output could overwrite
    /// input that was not read yet.
    pub(crate) fn apart_from(&self, out: &Output<'py>) -> PyResult<Self> {
        static OVERLAP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let view = match self {
            Data::Bytes(bytes) => return Ok(Data::Bytes(bytes.clone_ref(out.view.py()))),
            Data::View(view) => view,
        };
        let overlap = OVERLAP.import(view.py(), "sealwax._host", "may_overlap")?;
        if overlap.call1((view, &out.view))?.is_truthy()? {
            return Ok(Data::Bytes(gil::copy_of(view)?.into()));
        }
        Ok(Data::View(view.clone()))
    }
}

/// A writable buffer of the caller.
pub(crate) struct Output<'py> {
    view: Bound<'py, PyMemoryView>,
}

impl<'py> Output<'py> {
    /// A contiguous, writable buffer of plain items.
    pub(crate) fn from_py(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let view = plain_view(object)?;
        if view.getattr("readonly")?.is_truthy()? {
            return Err(errors::invalid_type(object.py(), "the output buffer is read-only"));
        }
        if !view.getattr("c_contiguous")?.is_truthy()? {
            return Err(PyBufferError::new_err("the output buffer is not contiguous"));
        }
        Ok(Output { view: flat(&view)? })
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> PyResult<usize> {
        self.view.len()
    }

    /// The memory, as single bytes.
    pub(crate) const fn view(&self) -> &Bound<'py, PyMemoryView> {
        &self.view
    }
}

/// Rejects an object without a buffer, and a buffer that holds addresses, as `Data` and `Output`
/// do. It is for methods of `io`, which would accept any buffer.
#[pyfunction]
#[pyo3(signature = (data, /))]
pub(crate) fn check_buffer(data: &Bound<'_, PyAny>) -> PyResult<()> {
    plain_view(data).map(drop)
}

/// A `memoryview` of an object whose items are bytes or numbers.
fn plain_view<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyMemoryView>> {
    let py = object.py();
    let view = PyMemoryView::from(object).map_err(|error| not_a_buffer(object, &error))?;
    let format = view.getattr(intern!(py, "format"))?.cast_into::<PyString>()?;
    let format = format.to_cow()?;
    if format == "B" || is_plain(&format) {
        return Ok(view);
    }
    let what = format!(
        "the buffer's items hold objects or addresses and not just bytes and numbers (their format \
         is {format:?}): convert them first"
    );
    Err(errors::invalid_type(py, &what))
}

/// Characters in formats of plain items: letters of items, of records, of byte order and shape. Any
/// other character makes an item not plain.
const PLAIN: &str = "cbBhHiIlLqQnNefdgZ?spuwxT{}(), 0123456789@=<>!^";

/// Whether the items of a format consist only of bytes and numbers. Source: module `struct`, PEP
/// 3118.
fn is_plain(format: &str) -> bool {
    let mut is_name = false;
    format.chars().all(|letter| {
        is_name ^= letter == ':';
        is_name || letter == ':' || PLAIN.contains(letter)
    })
}

/// Casts the view to single bytes. Items that `memoryview.cast` does not support, such as records,
/// are rejected.
fn flat<'py>(view: &Bound<'py, PyMemoryView>) -> PyResult<Bound<'py, PyMemoryView>> {
    let flat = view.call_method1("cast", ("B",)).map_err(|_| {
        PyBufferError::new_err("the buffer's items have a format that cannot be seen as bytes")
    })?;
    Ok(flat.cast_into()?)
}

fn not_a_buffer(object: &Bound<'_, PyAny>, error: &PyErr) -> PyErr {
    let py = object.py();
    if !error.is_instance_of::<PyTypeError>(py) {
        return error.clone_ref(py); // for example a closed mmap or a released memoryview
    }
    let name = object.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
    let what =
        format!("a bytes-like object is required, not '{name}' (for files there is encrypt_file)");
    errors::invalid_type(py, &what)
}

/// Key bytes from Python, wiped on drop. A `bytearray` can be wiped in place as well.
pub(crate) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Copies the key and does not change the object.
    pub(crate) fn copy(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyByteArray>() {
            return Ok(Secret(Zeroizing::new(array.to_vec())));
        }
        let whole = Data::from_py(object)?.whole()?;
        Ok(Secret(Zeroizing::new(whole.to_vec())))
    }

    /// Copies the key and wipes a `bytearray`.
    pub(crate) fn take(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let secret = Self::copy(object)?;
        if let Ok(array) = object.cast::<PyByteArray>() {
            gil::clear(&PyMemoryView::from(array)?)?;
        }
        Ok(secret)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
