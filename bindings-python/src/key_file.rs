//! Key files and variables whose content says which kind of key it is.

use pyo3::prelude::*;

use crate::data::Secret;
use crate::hpke::{HpkeIdentity, HpkeRecipient};
use crate::local::LocalKey;
use crate::origin::{self, Origin};

/// The id of a local key that was given none.
const DEFAULT_ID: &str = "default";

/// A key by its kind.
enum Key {
    Local(LocalKey),
    Identity(HpkeIdentity),
    Recipient(HpkeRecipient),
}

impl Key {
    fn of_content(py: Python<'_>, content: &[u8], key_id: Option<&str>) -> PyResult<Self> {
        if sealwax::HpkeIdentity::is_in(content) {
            return HpkeIdentity::of_content(py, content, key_id).map(Key::Identity);
        }
        if sealwax::HpkeRecipient::is_in(content) {
            let key = sealwax::HpkeRecipient::from_file_content(content);
            return HpkeRecipient::made(py, key, key_id).map(Key::Recipient);
        }
        LocalKey::of_content(py, content, key_id.unwrap_or(DEFAULT_ID)).map(Key::Local)
    }

    fn into_py(self, py: Python<'_>, origin: Option<Origin>) -> PyResult<Py<PyAny>> {
        Ok(match (self, origin) {
            (Key::Local(key), Some(origin)) => Py::new(py, key.from(origin))?.into_any(),
            (Key::Local(key), None) => Py::new(py, key)?.into_any(),
            (Key::Identity(key), Some(origin)) => Py::new(py, key.from(origin))?.into_any(),
            (Key::Identity(key), None) => Py::new(py, key)?.into_any(),
            (Key::Recipient(key), _) => Py::new(py, key)?.into_any(),
        })
    }
}

/// The key in a file: a `LocalKey`, an `HpkeIdentity` or an `HpkeRecipient`.
#[pyfunction]
#[pyo3(signature = (path, key_id = None))]
pub(crate) fn key_from_file(path: &Bound<'_, PyAny>, key_id: Option<&str>) -> PyResult<Py<PyAny>> {
    let py = path.py();
    let (key, origin) = origin::from_file(path, |bytes| Key::of_content(py, bytes, key_id))?;
    key.into_py(py, Some(origin))
}

/// The key in an environment variable, likewise.
#[pyfunction]
#[pyo3(signature = (name, key_id = None))]
pub(crate) fn key_from_env(
    py: Python<'_>,
    name: &str,
    key_id: Option<&str>,
) -> PyResult<Py<PyAny>> {
    let (key, origin) = origin::from_env(py, name, |text| Key::of_content(py, text, key_id))?;
    key.into_py(py, Some(origin))
}

/// The key in the content of a file, likewise.
#[pyfunction]
#[pyo3(signature = (content, key_id = None))]
pub(crate) fn key_from_content(
    content: &Bound<'_, PyAny>,
    key_id: Option<&str>,
) -> PyResult<Py<PyAny>> {
    let (py, secret) = (content.py(), Secret::copy(content)?);
    Key::of_content(py, secret.as_bytes(), key_id)?.into_py(py, None)
}
