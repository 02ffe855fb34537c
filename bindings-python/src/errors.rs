//! Conversion of the core's errors to Python exceptions.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};
use sealwax::{Attempt, Error, ErrorCode, KeyName};

use crate::host_error::HostError;
use crate::interrupts;

/// Number and name of every code, for the package's enumeration.
pub(crate) fn codes(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let codes = PyDict::new(py);
    for code in ErrorCode::ALL {
        codes.set_item(code.as_str(), code.as_u16())?;
    }
    Ok(codes)
}

/// Calls `sealwax._convert_errors.build`, which knows the exception classes.
fn build<'py>(
    py: Python<'py>,
    code: ErrorCode,
    message: &str,
    details: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    static BUILD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    BUILD
        .import(py, "sealwax._convert_errors", "build")?
        .call((code.as_u16(), message), Some(details))
}

/// The exception for an error of the core.
pub(crate) fn to_py(py: Python<'_>, error: Error) -> PyErr {
    interrupts::take().unwrap_or_else(|| convert(py, error).unwrap_or_else(|failed| failed))
}

/// The exception for an invalid argument that the binding detects itself.
pub(crate) fn invalid(py: Python<'_>, message: &str) -> PyErr {
    let made = build(py, ErrorCode::InvalidArgument, message, &PyDict::new(py));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

/// The same for an argument of a wrong type, which is also a `TypeError`.
pub(crate) fn invalid_type(py: Python<'_>, message: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    of_class(py, &CLASS, "InvalidTypeError", message)
}

/// Converts a path with `sealwax._errors.path_of`, which raises a precise error for other objects.
pub(crate) fn path_of(path: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    static PATH_OF: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    PATH_OF.import(path.py(), "sealwax._convert_errors", "path_of")?.call1((path,))?.extract()
}

/// The same for an environment variable that should hold a key, which is also a `KeyError`.
pub(crate) fn unset_variable(py: Python<'_>, name: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    of_class(
        py,
        &CLASS,
        "UnsetVariableError",
        &format!("the environment variable {name} is not set"),
    )
}

/// Adds the file's name to an exception of this package; returns other exceptions unchanged.
pub(crate) fn about(py: Python<'_>, error: PyErr, path: &Path) -> PyErr {
    let Ok(name) = error.value(py).getattr("_name") else { return error };
    match name.call1((path.as_os_str(),)) {
        Ok(_) => error,
        Err(failed) => failed,
    }
}

/// Adds the environment variable's name to an exception.
pub(crate) fn in_variable(py: Python<'_>, error: PyErr, name: &str) -> PyErr {
    match error.value(py).call_method1("_in_variable", (name,)) {
        Ok(_) => error,
        Err(failed) => failed,
    }
}

fn of_class(py: Python<'_>, class: &PyOnceLock<Py<PyAny>>, name: &str, message: &str) -> PyErr {
    let made = class.import(py, "sealwax._errors", name).and_then(|class| class.call1((message,)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

fn convert(py: Python<'_>, error: Error) -> PyResult<PyErr> {
    let (code, message) = (error.code(), error.to_string());
    let details = PyDict::new(py);
    let mut cause = None;
    match error {
        Error::Io(_) => return io_error(py, &error, &message),
        Error::BufferTooSmall { needed } => details.set_item("needed", needed)?,
        Error::NoMatchingKey(keys) => {
            details.set_item("wanted", key_names(py, keys.wanted())?)?;
            details.set_item("offered", key_names(py, keys.offered())?)?;
        }
        Error::ContextMismatch(pair) => {
            details.set_item("key", pair.key())?;
            details.set_item("wanted", pair.wanted())?;
            details.set_item("found", pair.found())?;
        }
        Error::Authentication { chunk } => details.set_item("chunk", chunk)?,
        Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts) => {
            let attempts = attempts.into_vec();
            if let Some(interrupt) = attempts.iter().find_map(|attempt| interrupt(py, attempt)) {
                return Ok(interrupt);
            }
            cause = attempts.iter().find_map(|attempt| attempt_cause(py, attempt));
            details.set_item("attempts", attempt_list(py, &attempts)?)?;
        }
        _ => {}
    }
    let exception = PyErr::from_value(build(py, code, &message, &details)?);
    if cause.is_some() {
        exception.set_cause(py, cause);
    }
    Ok(exception)
}

/// An exception that stops the program rather than the call, such as `KeyboardInterrupt`, is passed
/// on unchanged.
fn interrupt(py: Python<'_>, attempt: &Attempt) -> Option<PyErr> {
    let host = HostError::of(&attempt.error)?;
    host.is_interrupt.then(|| host.error.clone_ref(py))
}

fn attempt_cause(py: Python<'_>, attempt: &Attempt) -> Option<PyErr> {
    HostError::of(&attempt.error).map(|host| host.error.clone_ref(py))
}

fn key_names<'py>(py: Python<'py>, keys: &[KeyName]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, keys.iter().map(|key| (&key.provider_id, &key.key_id)))
}

fn attempt_list<'py>(py: Python<'py>, attempts: &[Attempt]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for attempt in attempts {
        let cause = attempt_cause(py, attempt).map(|error| error.into_value(py));
        list.append((&attempt.provider_id, &attempt.key_id, attempt.error.to_string(), cause))?;
    }
    Ok(list)
}

/// The original exception of a Python file object, or the operating system's own error.
fn io_error(py: Python<'_>, error: &Error, message: &str) -> PyResult<PyErr> {
    let (mut inside, committed) = (StdError::source(error), error.committed());
    while let Some(cause) = inside {
        if let Some(raised) = cause.downcast_ref::<PyErr>() {
            return Ok(raised.clone_ref(py));
        }
        inside = cause_of(cause);
    }
    let details = PyDict::new(py);
    details.set_item("errno", error.raw_os_error())?;
    if let Error::Io(error) = error {
        details.set_item("kind", format!("{:?}", error.kind()))?;
    }
    details.set_item("committed", committed)?;
    build(py, ErrorCode::Io, message, &details).map(PyErr::from_value)
}

/// The `source()` of an `io::Error` is the source of the error that it wraps, not that error
/// itself.
fn cause_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source())
}
