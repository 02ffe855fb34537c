//! Keyword arguments that several calls share.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyDict, PyString};
use sealwax::{DecryptOptions, EncryptOptions, EncryptionContext, Padding};

use crate::context;
use crate::data::Data;
use crate::errors;

/// The keyword arguments of one call.
pub(crate) struct Keywords<'a, 'py>(Option<&'a Bound<'py, PyDict>>);

impl<'a, 'py> Keywords<'a, 'py> {
    /// Rejects arguments that are not among `names`, as Python itself does. `call` is the
    /// function's name in errors.
    pub(crate) fn new(
        call: &str,
        names: &[&str],
        given: Option<&'a Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        for (key, _) in given.into_iter().flatten() {
            let key = key.cast_into::<PyString>()?;
            let key = key.to_cow()?;
            if !names.contains(&&*key) {
                let what = format!("{call} got an unexpected keyword argument '{key}'");
                return Err(PyTypeError::new_err(what));
            }
        }
        Ok(Keywords(given))
    }

    /// An argument; `None` if it is missing or `None`.
    fn get(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(given) = self.0 else { return Ok(None) };
        Ok(given.get_item(name)?.filter(|value| !value.is_none()))
    }

    fn bytes(&self, name: &str) -> PyResult<Option<PyBackedBytes>> {
        optional(name, self.get(name)?.as_ref())
    }
}

/// Owned options of an encryption.
pub(crate) struct Sealing {
    context: EncryptionContext,
    metadata: Option<PyBackedBytes>,
    padding: Padding,
    associated_data: Option<PyBackedBytes>,
    require_all: bool,
}

impl Sealing {
    /// The names of the arguments.
    pub(crate) const NAMES: [&'static str; 5] =
        ["context", "associated_data", "metadata", "padding", "require_all"];

    /// Converts the arguments of a call that accepts all of them.
    pub(crate) fn from_py(
        py: Python<'_>,
        call: &str,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        Self::from_keywords(py, &Keywords::new(call, &Self::NAMES, options)?)
    }

    /// Converts the arguments of a call that accepts only `names`.
    pub(crate) fn from_keywords(py: Python<'_>, given: &Keywords<'_, '_>) -> PyResult<Self> {
        let require_all = given.get("require_all")?.map_or(Ok(true), |all| all.extract());
        Ok(Sealing {
            context: context::from_py(py, given.get("context")?.as_ref())?,
            metadata: given.bytes("metadata")?,
            padding: given.get("padding")?.map_or(Ok(Padding::Auto), |it| padding_of(&it))?,
            associated_data: given.bytes("associated_data")?,
            require_all: require_all.map_err(|error: PyErr| {
                let what = format!("argument 'require_all': {}", error.value(py));
                PyTypeError::new_err(what)
            })?,
        })
    }

    /// Whether the object may lack a wrapped key.
    pub(crate) const fn is_tolerant(&self) -> bool {
        !self.require_all
    }

    /// The options for the core, with the padding resolved for a plaintext of this length.
    pub(crate) fn options(&self, plaintext_len: u64) -> EncryptOptions<'_> {
        self.unresolved().padding(self.padding.resolve(Some(plaintext_len)))
    }

    /// The options for calls of the core that resolve the padding themselves.
    pub(crate) fn unresolved(&self) -> EncryptOptions<'_> {
        let options = EncryptOptions::new()
            .context(self.context.clone())
            .associated_data(self.associated_data())
            .padding(self.padding)
            .require_all(self.require_all);
        match &self.metadata {
            Some(metadata) => options.metadata(metadata),
            None => options,
        }
    }

    pub(crate) fn associated_data(&self) -> &[u8] {
        self.associated_data.as_deref().unwrap_or_default()
    }
}

/// Owned options of a decryption.
pub(crate) struct Opening {
    required: EncryptionContext,
    associated_data: Option<PyBackedBytes>,
    header: Option<PyBackedBytes>,
}

impl Opening {
    /// The names of the arguments.
    const NAMES: [&'static str; 3] = ["context", "associated_data", "header"];

    /// Converts the arguments of a call that accepts all of them.
    pub(crate) fn from_py(
        py: Python<'_>,
        call: &str,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        Self::from_keywords(py, &Keywords::new(call, &Self::NAMES, options)?)
    }

    /// Converts the arguments of a call that accepts only `names`.
    pub(crate) fn from_keywords(py: Python<'_>, given: &Keywords<'_, '_>) -> PyResult<Self> {
        Ok(Opening {
            required: context::from_py(py, given.get("context")?.as_ref())?,
            associated_data: given.bytes("associated_data")?,
            header: given.bytes("header")?,
        })
    }

    /// The detached header, if any.
    pub(crate) fn header(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }

    /// Takes the detached header.
    pub(crate) fn take_header(&mut self) -> Option<PyBackedBytes> {
        self.header.take()
    }

    /// The options for the core.
    pub(crate) fn options(&self) -> DecryptOptions<'_> {
        DecryptOptions::new()
            .required_context(self.required.clone())
            .associated_data(self.associated_data())
    }

    pub(crate) fn associated_data(&self) -> &[u8] {
        self.associated_data.as_deref().unwrap_or_default()
    }
}

/// Converts optional bytes; `what` is the name of the argument.
pub(crate) fn optional(
    what: &str,
    data: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<PyBackedBytes>> {
    let Some(data) = data else { return Ok(None) };
    if data.is_instance_of::<PyString>() {
        let what = format!("{what} must be bytes, not 'str': encode it");
        return Err(errors::invalid_type(data.py(), &what));
    }
    Data::from_py(data)?.whole().map(Some)
}

fn padding_of(padding: &Bound<'_, PyAny>) -> PyResult<Padding> {
    if let Ok(len) = padding.extract::<usize>() {
        return Ok(Padding::Exact(len));
    }
    let what = "padding must be 'auto', 'none', 'page' or a header length in bytes";
    let word: String = padding.extract().map_err(|_| errors::invalid_type(padding.py(), what))?;
    match word.as_str() {
        "auto" => Ok(Padding::Auto),
        "none" => Ok(Padding::None),
        "page" => Ok(Padding::Page),
        _ => Err(errors::invalid(padding.py(), &format!("invalid argument: {what}"))),
    }
}
