//! Where a key in memory came from: a pickle holds only that, and never the key.

use std::path::{Path, PathBuf};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;
use zeroize::Zeroizing;

use crate::data::Secret;
use crate::errors;

/// The source from which a pickle loads the key again.
pub(crate) enum Origin {
    File(PathBuf),
    Env(String),
}

/// The result of `__reduce__`: a function and its arguments.
pub(crate) type Reduced<'py> = (Bound<'py, PyAny>, (Bound<'py, PyString>, Bound<'py, PyString>));

/// Reads a key file, makes the key of its content, and names the file in errors. Python does the
/// reading, so that signals are handled if it is a pipe.
pub(crate) fn from_file<T>(
    path: &Bound<'_, PyAny>,
    of: impl FnOnce(&[u8]) -> PyResult<T>,
) -> PyResult<(T, Origin)> {
    let (py, path) = (path.py(), errors::path_of(path)?);
    let about = |error| errors::about(py, error, &path);
    let (content, len) = content_of(py, &path).map_err(about)?;
    let made = of(content.as_bytes().get(..len).unwrap_or_default()).map_err(about)?;
    Ok((made, Origin::File(std::path::absolute(path)?)))
}

fn content_of(py: Python<'_>, path: &Path) -> PyResult<(Secret, usize)> {
    static CONTENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let read = CONTENT.import(py, "sealwax._host", "key_file_content")?;
    let (content, len): (Bound<'_, PyAny>, usize) = read.call1((path.as_os_str(),))?.extract()?;
    Ok((Secret::take(&content)?, len))
}

/// Reads an environment variable, and names it in errors.
pub(crate) fn from_env<T>(
    py: Python<'_>,
    name: &str,
    of: impl FnOnce(&[u8]) -> PyResult<T>,
) -> PyResult<(T, Origin)> {
    // Python's os.environ may differ from the process's environment.
    let value = py.import("os")?.getattr("environ")?.call_method1("get", (name,))?;
    if value.is_none() {
        return Err(errors::unset_variable(py, name));
    }
    let text = Zeroizing::new(value.extract::<String>()?);
    let made = of(text.as_bytes()).map_err(|error| errors::in_variable(py, error, name))?;
    Ok((made, Origin::Env(name.to_owned())))
}

/// What loads the key of an object again: the method of its class, with the place and the key id.
pub(crate) fn reduced<'py>(
    origin: Option<&Origin>,
    class: &Bound<'py, PyAny>,
    key_id: &str,
) -> PyResult<Reduced<'py>> {
    let py = class.py();
    let (method, place) = match origin {
        Some(Origin::File(path)) => ("from_file", path.as_os_str().into_pyobject(py)?),
        Some(Origin::Env(name)) => ("from_env", name.into_pyobject(py)?),
        None => {
            let name = class.getattr("__name__")?;
            return Err(PyTypeError::new_err(format!(
                "a {name} made of a secret in memory cannot be pickled; one of from_file or from_env \
                 can, and is loaded again where it is needed",
            )));
        }
    };
    Ok((class.getattr(method)?, (place, key_id.into_pyobject(py)?)))
}
