//! Keyword arguments that several calls share.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyString;
use sealwax::{ContextRef, DecryptOptions, EncryptOptions, EncryptionContext, Padding};

use crate::context;
use crate::data::Data;
use crate::errors;

/// The options of an encryption, owned.
pub(crate) struct Sealing {
    context: EncryptionContext,
    metadata: Option<PyBackedBytes>,
    padding: Padding,
    associated_data: Option<PyBackedBytes>,
    require_all: bool,
}

impl Sealing {
    /// Reads the arguments as Python gave them.
    pub(crate) fn from_py(
        py: Python<'_>,
        context: Option<&Bound<'_, PyAny>>,
        associated_data: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        padding: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Sealing {
            context: context::from_py(py, context)?,
            metadata: optional("metadata", metadata)?,
            padding: padding.map_or(Ok(Padding::Auto), padding_of)?,
            associated_data: optional("associated_data", associated_data)?,
            require_all: true,
        })
    }

    /// Whether every provider must wrap the key, or one is enough.
    pub(crate) fn require_all(mut self, require_all: bool) -> Self {
        self.require_all = require_all;
        self
    }

    /// Whether the object may lack a key.
    pub(crate) const fn is_tolerant(&self) -> bool {
        !self.require_all
    }

    /// The options as the core takes them, the padding resolved for a plaintext of this length.
    pub(crate) fn options(&self, plaintext_len: u64) -> EncryptOptions<'_> {
        self.unresolved().padding(self.padding.resolve(Some(plaintext_len)))
    }

    /// The options for a core that looks at the length itself.
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

    /// The public pairs.
    pub(crate) fn context(&self) -> ContextRef<'_> {
        self.context.view()
    }

    pub(crate) fn associated_data(&self) -> &[u8] {
        self.associated_data.as_deref().unwrap_or_default()
    }
}

/// The options of a decryption, owned.
pub(crate) struct Opening {
    required: EncryptionContext,
    associated_data: Option<PyBackedBytes>,
}

impl Opening {
    /// Reads the arguments as Python gave them.
    pub(crate) fn from_py(
        py: Python<'_>,
        context: Option<&Bound<'_, PyAny>>,
        associated_data: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Opening {
            required: context::from_py(py, context)?,
            associated_data: optional("associated_data", associated_data)?,
        })
    }

    /// The options as the core takes them.
    pub(crate) fn options(&self) -> DecryptOptions<'_> {
        DecryptOptions::new()
            .required_context(self.required.clone())
            .associated_data(self.associated_data())
    }

    pub(crate) fn associated_data(&self) -> &[u8] {
        self.associated_data.as_deref().unwrap_or_default()
    }
}

/// Bytes that may be left out; `what` is the name of the argument.
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
