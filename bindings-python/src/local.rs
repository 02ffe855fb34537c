//! `LocalKey`, a key encryption key that the program holds itself.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use sealwax::{Kek, KeyProvider, LocalKek, SysRng};

use crate::data::Secret;
use crate::origin::{self, Origin, Reduced};
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

impl LocalKey {
    /// The provider for the core.
    pub(crate) fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::clone(&self.kek) as Arc<dyn KeyProvider>
    }

    fn made(py: Python<'_>, kek: sealwax::Result<LocalKek>) -> PyResult<Self> {
        let made = kek.map(|kek| LocalKey { kek: Arc::new(kek), origin: None });
        made.map_err(|error| errors::to_py(py, error))
    }

    pub(crate) fn from(self, origin: Origin) -> Self {
        LocalKey { origin: Some(origin), ..self }
    }

    pub(crate) fn of_content(py: Python<'_>, content: &[u8], key_id: &str) -> PyResult<Self> {
        Self::made(py, LocalKek::from_file_content(content, key_id))
    }
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
        Self::of_content(content.py(), secret.as_bytes(), key_id)
    }

    /// Reads a key file; see `from_file_content` for its content.
    ///
    /// Raises:
    ///     InvalidArgumentError: the file does not hold a key.
    ///     OSError: the file cannot be read.
    #[staticmethod]
    #[pyo3(signature = (path, key_id = "default"))]
    fn from_file(path: &Bound<'_, PyAny>, key_id: &str) -> PyResult<Self> {
        let py = path.py();
        let (key, origin) = origin::from_file(path, |bytes| Self::of_content(py, bytes, key_id))?;
        Ok(key.from(origin))
    }

    /// Reads the environment variable `name`: hexadecimal or base64 text.
    ///
    /// Raises:
    ///     InvalidArgumentError: the variable does not hold a key.
    ///     UnsetVariableError: the variable is not set.
    #[staticmethod]
    #[pyo3(signature = (name, key_id = "default"))]
    fn from_env(py: Python<'_>, name: &str, key_id: &str) -> PyResult<Self> {
        let (key, origin) = origin::from_env(py, name, |text| Self::of_content(py, text, key_id))?;
        Ok(key.from(origin))
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
        origin::reduced(self.origin.as_ref(), &class, self.kek.key_id())
    }
}
