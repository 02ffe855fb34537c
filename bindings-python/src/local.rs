//! `LocalKey`, a key encryption key that the program holds itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyString};
use sealwax::{Kek, KeyProvider, LocalKek, SysRng};
use zeroize::Zeroizing;

use crate::data::Secret;
use crate::{errors, provider};

/// A 32-byte key encryption key in this process's memory, with a name.
///
/// The name (`key_id`) is stored in every header in clear and tells a reader which key to use.
/// Prefer a KMS or an HSM that holds the key.
///
/// >>> from sealwax import LocalKey
/// >>> key = LocalKey.generate("reports-2026")
/// >>> key.key_id
/// 'reports-2026'
/// >>> key
/// LocalKey(key_id='reports-2026')
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct LocalKey {
    kek: Arc<LocalKek>,
    origin: Option<Origin>,
}

/// The source from which a pickle loads the key again.
enum Origin {
    File(PathBuf),
    Env(String),
}

impl LocalKey {
    /// The provider for the core.
    pub(crate) fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::clone(&self.kek) as Arc<dyn KeyProvider>
    }

    fn made(py: Python<'_>, kek: sealwax::Result<LocalKek>) -> PyResult<Self> {
        let made = kek.map(|kek| LocalKey { kek: Arc::new(kek), origin: None });
        made.map_err(|error| errors::to_py(py, error))
    }
}

/// Reads a key file. Python does the reading, so that signals are handled if it is a pipe.
fn content_of(py: Python<'_>, path: &Path) -> PyResult<(Secret, usize)> {
    static CONTENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let read = CONTENT.import(py, "sealwax._host", "key_file_content")?;
    let (content, len): (Bound<'_, PyAny>, usize) = read.call1((path.as_os_str(),))?.extract()?;
    Ok((Secret::take(&content)?, len))
}

#[pymethods]
impl LocalKey {
    #[new]
    fn new(kek: &Bound<'_, PyAny>, key_id: String) -> PyResult<Self> {
        let secret = Secret::copy(kek)?;
        let made = Kek::from_slice(secret.as_bytes()).and_then(|kek| LocalKek::new(kek, key_id));
        Self::made(kek.py(), made)
    }

    /// A fresh random key. `save` or `export` it; without it, everything that it encrypts is lost.
    #[staticmethod]
    #[pyo3(signature = (key_id = "default"))]
    fn generate(py: Python<'_>, key_id: &str) -> PyResult<Self> {
        Self::made(py, Kek::generate(&mut SysRng).and_then(|kek| LocalKek::new(kek, key_id)))
    }

    /// A key of 64 hexadecimal digits.
    ///
    /// Raises:
    ///     InvalidArgumentError: `text` is anything else.
    #[staticmethod]
    #[pyo3(signature = (text, key_id = "default"))]
    fn from_hex(py: Python<'_>, text: &str, key_id: &str) -> PyResult<Self> {
        Self::made(py, LocalKek::from_hex(text, key_id))
    }

    /// A key of 32 bytes in base64, standard or URL alphabet, with or without padding.
    ///
    /// Raises:
    ///     InvalidArgumentError: `text` is anything else.
    #[staticmethod]
    #[pyo3(signature = (text, key_id = "default"))]
    fn from_base64(py: Python<'_>, text: &str, key_id: &str) -> PyResult<Self> {
        Self::made(py, LocalKek::from_base64(text, key_id))
    }

    /// A key from the content of a key file: 32 raw bytes, or a line of hexadecimal or base64 text.
    ///
    /// Empty lines, lines that start with `#` and a byte order mark are ignored.
    ///
    /// Raises:
    ///     InvalidArgumentError: `content` is anything else.
    #[staticmethod]
    #[pyo3(signature = (content, key_id = "default"))]
    fn from_file_content(content: &Bound<'_, PyAny>, key_id: &str) -> PyResult<Self> {
        let secret = Secret::copy(content)?;
        Self::made(content.py(), LocalKek::from_file_content(secret.as_bytes(), key_id))
    }

    /// Reads a key file; see `from_file_content` for its content.
    ///
    /// Raises:
    ///     InvalidArgumentError: the file does not hold a key.
    ///     OSError: the file cannot be read.
    #[staticmethod]
    #[pyo3(signature = (path, key_id = "default"))]
    fn from_file(path: &Bound<'_, PyAny>, key_id: &str) -> PyResult<Self> {
        let (py, path) = (path.py(), errors::path_of(path)?);
        let about = |error| errors::about(py, error, &path);
        let (content, len) = content_of(py, &path).map_err(about)?;
        let content = content.as_bytes().get(..len).unwrap_or_default();
        let mut key =
            Self::made(py, LocalKek::from_file_content(content, key_id)).map_err(about)?;
        key.origin = Some(Origin::File(std::path::absolute(path)?));
        Ok(key)
    }

    /// Reads the environment variable `name`: hexadecimal or base64 text.
    ///
    /// Raises:
    ///     InvalidArgumentError: the variable does not hold a key.
    ///     UnsetVariableError: the variable is not set.
    #[staticmethod]
    #[pyo3(signature = (name, key_id = "default"))]
    fn from_env(py: Python<'_>, name: &str, key_id: &str) -> PyResult<Self> {
        // Python's os.environ may differ from the process's environment.
        let value = py.import("os")?.getattr("environ")?.call_method1("get", (name,))?;
        if value.is_none() {
            return Err(errors::unset_variable(py, name));
        }
        let text = Zeroizing::new(value.extract::<String>()?);
        let kek = LocalKek::from_file_content(text.as_bytes(), key_id);
        let mut key = Self::made(py, kek).map_err(|error| errors::in_variable(py, error, name))?;
        key.origin = Some(Origin::Env(name.to_owned()));
        Ok(key)
    }

    /// The 32 bytes of the key, to be stored in a safe place.
    fn export<'py>(&self, py: Python<'py>) -> Bound<'py, PyByteArray> {
        PyByteArray::new(py, self.kek.kek().expose())
    }

    /// The provider id of local keys.
    #[getter]
    fn provider_id(&self) -> &str {
        self.kek.provider_id()
    }

    /// The name of the key in headers.
    #[getter]
    fn key_id(&self) -> &str {
        self.kek.key_id()
    }

    /// Whether `key_id` is this key's name.
    fn accepts(&self, key_id: &str) -> bool {
        self.kek.accepts(key_id)
    }

    /// Wraps a DEK of 32 bytes.
    ///
    /// Raises:
    ///     InvalidArgumentError, LimitError: `dek` has another length, or `context` is invalid.
    fn wrap<'py>(
        &self,
        dek: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        provider::wrap(&*self.kek, dek, context)
    }

    /// Unwraps a DEK that `wrap` wrapped, 32 bytes. The caller must wipe the result.
    ///
    /// Raises:
    ///     KeyUnwrapError: the key or `context` is another, or the wrapped DEK was modified.
    fn unwrap<'py>(
        &self,
        wrapped: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        provider::unwrap(&*self.kek, wrapped, context)
    }

    fn __repr__(&self) -> PyResult<String> {
        Python::attach(|py| {
            let key_id = self.kek.key_id().into_pyobject(py)?;
            Ok(format!("LocalKey(key_id={})", key_id.repr()?))
        })
    }

    /// A pickle never holds the key, only the source from which it can be loaded again.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let class = py.get_type::<LocalKey>();
        let (method, place) = match &self.origin {
            Some(Origin::File(path)) => ("from_file", path.as_os_str().into_pyobject(py)?),
            Some(Origin::Env(name)) => ("from_env", name.into_pyobject(py)?),
            None => {
                return Err(PyTypeError::new_err(
                    "a LocalKey made of a secret in memory cannot be pickled; one of from_file or \
                     from_env can, and is loaded again where it is needed",
                ));
            }
        };
        Ok((class.getattr(method)?, (place, self.kek.key_id().into_pyobject(py)?)))
    }
}

/// The result of `__reduce__`: a function and its arguments.
type Reduced<'py> = (Bound<'py, PyAny>, (Bound<'py, PyString>, Bound<'py, PyString>));
