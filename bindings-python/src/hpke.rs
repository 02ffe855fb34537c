//! `HpkeRecipient` and `HpkeIdentity`, the halves of a key pair.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use sealwax::{HpkeKem, Kek, KeyProvider, SysRng};

use crate::data::{Data, Secret};
use crate::origin::{self, Origin, Reduced};
use crate::{errors, provider};

fn kem_of(py: Python<'_>, name: &str) -> PyResult<HpkeKem> {
    let unknown = || errors::invalid(py, "invalid argument: kem must be 'x25519' or 'x-wing'");
    HpkeKem::from_name(name).ok_or_else(unknown)
}

/// A public key, which only encrypts: nothing secret and no call is needed for that.
///
/// `text` is the line that `sealwax keygen` prints, or `str()` of a recipient. The key id in headers is
/// `key_id`, by default the fingerprint of the key. Only the `HpkeIdentity` with the secret key
/// decrypts; it needs the same key id.
///
/// Anyone with the public key can encrypt. X-Wing resists quantum computers and is no weaker than
/// X25519; the implementations of X-Wing and ML-KEM underneath were not audited.
///
/// >>> from sealwax import HpkeIdentity, HpkeRecipient, decrypt, encrypt
/// >>> identity = HpkeIdentity.generate("x-wing")
/// >>> recipient = HpkeRecipient(str(identity.recipient))
/// >>> decrypt(encrypt(b"tide table", recipient), identity)
/// b'tide table'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct HpkeRecipient {
    key: Arc<sealwax::HpkeRecipient>,
}

impl HpkeRecipient {
    /// The provider for the core.
    pub(crate) fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::clone(&self.key) as Arc<dyn KeyProvider>
    }

    pub(crate) fn made(
        py: Python<'_>,
        key: sealwax::Result<sealwax::HpkeRecipient>,
        key_id: Option<&str>,
    ) -> PyResult<Self> {
        let named = key.and_then(|key| match key_id {
            Some(key_id) => key.with_key_id(key_id),
            None => Ok(key),
        });
        let key = named.map_err(|error| errors::to_py(py, error))?;
        Ok(HpkeRecipient { key: Arc::new(key) })
    }
}

#[pymethods]
impl HpkeRecipient {
    #[new]
    #[pyo3(signature = (text, key_id = None))]
    fn new(py: Python<'_>, text: &str, key_id: Option<&str>) -> PyResult<Self> {
        Self::made(py, text.parse(), key_id)
    }

    /// A recipient of the bytes of a public key; `kem` is "x25519" or "x-wing".
    ///
    /// Raises:
    ///     InvalidArgumentError: the key is not one of this KEM.
    #[staticmethod]
    #[pyo3(signature = (kem, public_key, key_id = None))]
    fn from_public_key(
        kem: &str,
        public_key: &Bound<'_, PyAny>,
        key_id: Option<&str>,
    ) -> PyResult<Self> {
        let (py, bytes) = (public_key.py(), Data::from_py(public_key)?.whole()?);
        let kem = kem_of(py, kem)?;
        Self::made(py, sealwax::HpkeRecipient::from_public_key(kem, &bytes), key_id)
    }

    /// The KEM of the key, "x25519" or "x-wing".
    #[getter]
    fn kem(&self) -> &'static str {
        self.key.kem().as_str()
    }

    /// The bytes of the public key.
    #[getter]
    fn public_key<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.key.public_key())
    }

    /// The provider id of public keys.
    #[getter]
    fn provider_id(&self) -> &str {
        self.key.provider_id()
    }

    /// The name of the key in headers.
    #[getter]
    fn key_id(&self) -> &str {
        self.key.key_id()
    }

    /// A public key decrypts nothing.
    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
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
        provider::wrap(&*self.key, dek, context)
    }

    /// A public key decrypts nothing.
    ///
    /// Raises:
    ///     ProviderError: always.
    fn unwrap<'py>(
        &self,
        wrapped: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        provider::unwrap(&*self.key, wrapped, context)
    }

    fn __str__(&self) -> String {
        self.key.to_string()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let key_id = self.key.key_id().into_pyobject(py)?;
        Ok(format!("HpkeRecipient(kem='{}', key_id={})", self.key.kem(), key_id.repr()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, (String, &str)) {
        let class = py.get_type::<HpkeRecipient>().into_any();
        (class, (self.key.to_string(), self.key.key_id()))
    }
}

/// A secret key, which decrypts what its recipient encrypted. It encrypts, too.
///
/// The secret key is in this process's memory. Keep it where only those are who may decrypt.
///
/// >>> from sealwax import HpkeIdentity
/// >>> identity = HpkeIdentity.generate("x25519")
/// >>> str(identity.recipient)[:19]
/// 'sealwaxpub1.x25519.'
#[pyclass(frozen, module = "sealwax")]
pub(crate) struct HpkeIdentity {
    key: Arc<sealwax::HpkeIdentity>,
    origin: Option<Origin>,
}

impl HpkeIdentity {
    /// The provider for the core.
    pub(crate) fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::clone(&self.key) as Arc<dyn KeyProvider>
    }

    fn made(
        py: Python<'_>,
        key: sealwax::Result<sealwax::HpkeIdentity>,
        key_id: Option<&str>,
    ) -> PyResult<Self> {
        let named = key.and_then(|key| match key_id {
            Some(key_id) => key.with_key_id(key_id),
            None => Ok(key),
        });
        let key = named.map_err(|error| errors::to_py(py, error))?;
        Ok(HpkeIdentity { key: Arc::new(key), origin: None })
    }

    pub(crate) fn of_content(
        py: Python<'_>,
        content: &[u8],
        key_id: Option<&str>,
    ) -> PyResult<Self> {
        Self::made(py, sealwax::HpkeIdentity::from_file_content(content), key_id)
    }

    pub(crate) fn from(self, origin: Origin) -> Self {
        HpkeIdentity { origin: Some(origin), ..self }
    }
}

#[pymethods]
impl HpkeIdentity {
    /// A key pair of the 32 bytes of a secret key; `kem` is "x25519" or "x-wing".
    #[new]
    #[pyo3(signature = (kem, secret_key, key_id = None))]
    fn new(kem: &str, secret_key: &Bound<'_, PyAny>, key_id: Option<&str>) -> PyResult<Self> {
        let (py, secret) = (secret_key.py(), Secret::copy(secret_key)?);
        let kem = kem_of(py, kem)?;
        let made = Kek::from_slice(secret.as_bytes());
        Self::made(py, made.and_then(|secret| sealwax::HpkeIdentity::new(kem, secret)), key_id)
    }

    /// A fresh random key pair. Store `to_text()`; without it, everything that its recipient
    /// encrypts is lost.
    #[staticmethod]
    #[pyo3(signature = (kem, key_id = None))]
    fn generate(py: Python<'_>, kem: &str, key_id: Option<&str>) -> PyResult<Self> {
        let kem = kem_of(py, kem)?;
        Self::made(py, sealwax::HpkeIdentity::generate(kem, &mut SysRng), key_id)
    }

    /// The key pair of `to_text()`.
    ///
    /// Raises:
    ///     InvalidArgumentError: `text` is anything else; a public key, for example.
    #[staticmethod]
    #[pyo3(signature = (text, key_id = None))]
    fn from_text(py: Python<'_>, text: &str, key_id: Option<&str>) -> PyResult<Self> {
        Self::made(py, sealwax::HpkeIdentity::from_text(text), key_id)
    }

    /// The key pair of a file's content: one line of `to_text()`, and comments behind `#`.
    ///
    /// Raises:
    ///     InvalidArgumentError: `content` is anything else.
    #[staticmethod]
    #[pyo3(signature = (content, key_id = None))]
    fn from_file_content(content: &Bound<'_, PyAny>, key_id: Option<&str>) -> PyResult<Self> {
        let secret = Secret::copy(content)?;
        Self::of_content(content.py(), secret.as_bytes(), key_id)
    }

    /// Reads a file; see `from_file_content` for its content.
    ///
    /// Raises:
    ///     InvalidArgumentError: the file does not hold a secret key.
    ///     OSError: the file cannot be read.
    #[staticmethod]
    #[pyo3(signature = (path, key_id = None))]
    fn from_file(path: &Bound<'_, PyAny>, key_id: Option<&str>) -> PyResult<Self> {
        let py = path.py();
        let (key, origin) = origin::from_file(path, |bytes| Self::of_content(py, bytes, key_id))?;
        Ok(key.from(origin))
    }

    /// Reads the environment variable `name`.
    ///
    /// Raises:
    ///     InvalidArgumentError: the variable does not hold a secret key.
    ///     UnsetVariableError: the variable is not set.
    #[staticmethod]
    #[pyo3(signature = (name, key_id = None))]
    fn from_env(py: Python<'_>, name: &str, key_id: Option<&str>) -> PyResult<Self> {
        let (key, origin) = origin::from_env(py, name, |text| Self::of_content(py, text, key_id))?;
        Ok(key.from(origin))
    }

    /// The public half, which encrypts.
    #[getter]
    fn recipient(&self, py: Python<'_>) -> PyResult<HpkeRecipient> {
        let half = self.key.recipient();
        HpkeRecipient::made(py, half.to_string().parse(), Some(half.key_id()))
    }

    /// The secret key as a line of text with a checksum, to be stored in a safe place.
    fn to_text(&self) -> String {
        self.key.to_text().to_string()
    }

    /// The 32 bytes of the secret key, for X-Wing its seed.
    fn export<'py>(&self, py: Python<'py>) -> Bound<'py, PyByteArray> {
        PyByteArray::new(py, self.key.secret().expose())
    }

    /// The KEM of the key, "x25519" or "x-wing".
    #[getter]
    fn kem(&self) -> &'static str {
        self.key.recipient().kem().as_str()
    }

    /// The provider id of key pairs.
    #[getter]
    fn provider_id(&self) -> &str {
        self.key.provider_id()
    }

    /// The name of the key in headers.
    #[getter]
    fn key_id(&self) -> &str {
        self.key.recipient().key_id()
    }

    /// Whether `key_id` is this key's name.
    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
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
        provider::wrap(&*self.key, dek, context)
    }

    /// Unwraps a DEK that the recipient wrapped, 32 bytes. The caller must wipe the result.
    ///
    /// Raises:
    ///     KeyUnwrapError: the key or `context` is another, or the wrapped DEK was modified.
    fn unwrap<'py>(
        &self,
        wrapped: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        provider::unwrap(&*self.key, wrapped, context)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let key_id = self.key_id().into_pyobject(py)?;
        Ok(format!("HpkeIdentity(kem='{}', key_id={})", self.kem(), key_id.repr()?))
    }

    /// A pickle never holds the key, only the source from which it can be loaded again.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let class = py.get_type::<HpkeIdentity>();
        origin::reduced(self.origin.as_ref(), &class, self.key_id())
    }
}
