//! Key providers written in Python.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyTuple};
use sealwax::{Caller, Dek, KeyProvider, ProviderCall, ProviderError, WrappedKey, WrappedKeyRef};

use crate::audit_log::Notes;
use crate::call_context::HostFunction;
use crate::caller::CallerHandle;
use crate::data::Secret;
use crate::host_error::provider_error;
use crate::{context, errors, interrupts, wrapped_key};

/// An object with the methods of `sealwax.Provider`.
pub(crate) struct HostProvider {
    object: Py<PyAny>,
    provider_id: String,
    /// The key that it wraps with, if it names one.
    key_id: Option<String>,
    generates: bool,
}

impl HostProvider {
    /// Inspects the object's methods once.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(HostProvider {
            provider_id: object.getattr("provider_id")?.extract()?,
            key_id: object.getattr("key_id").and_then(|id| id.extract()).ok(),
            generates: object.hasattr("generate")?,
            object: object.clone().unbind(),
        })
    }

    /// Calls a function of `sealwax._host` on the object, with the context and these arguments, and
    /// attaches the object's annotations to the call.
    fn ask<T>(
        &self,
        function: &'static HostFunction,
        call: &mut ProviderCall<'_>,
        arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>>,
        take: impl for<'py> FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> Result<T, ProviderError> {
        Python::attach(|py| {
            let (notes, caller) = (PyDict::new(py), Caller::new());
            let handle = caller.handle();
            let ask = || {
                let (object, context) = (self.object.bind(py), context::to_py(py, call.context())?);
                let caller = Bound::new(py, CallerHandle(handle.clone()))?;
                let mut all = vec![object.clone(), context.into_any()];
                all.extend([notes.clone().into_any(), caller.into_any()]);
                all.extend(arguments(py)?);
                take(&function.call(&PyTuple::new(py, all)?, None)?)
            };
            let answer = handle.run(ask).map_err(|error| provider_error(py, error, &notes));
            call.attach(Notes(notes.unbind()));
            answer
        })
    }

    fn wrapped(&self, answer: &Bound<'_, PyAny>) -> PyResult<WrappedKey> {
        let (key_id, wrapped_dek): (String, Vec<u8>) = answer.extract()?;
        WrappedKey::new(self.provider_id.as_str(), key_id, wrapped_dek)
            .map_err(|error| errors::to_py(answer.py(), error))
    }
}

impl KeyProvider for HostProvider {
    fn provider_id(&self) -> &str {
        &self.provider_id
    }

    /// A provider that raises here is not asked to unwrap.
    fn accepts(&self, key_id: &str) -> bool {
        static ACCEPTS: HostFunction = HostFunction::new("accepts");
        Python::attach(|py| {
            let object = self.object.bind(py);
            let accepts = || {
                let key_id = key_id.into_pyobject(py)?;
                ACCEPTS.call(&PyTuple::new(py, [object, key_id.as_any()])?, None)?.is_truthy()
            };
            accepts().unwrap_or_else(|error: PyErr| {
                interrupts::keep_or_report(py, error, Some(object));
                false
            })
        })
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.key_id.as_deref().map(Cow::Borrowed)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        static WRAP: HostFunction = HostFunction::new("wrap");
        self.ask(
            &WRAP,
            call,
            |py| Ok(vec![PyByteArray::new(py, dek.expose()).into_any()]),
            |answer| self.wrapped(answer),
        )
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        static UNWRAP: HostFunction = HostFunction::new("unwrap");
        self.ask(&UNWRAP, call, |py| Ok(vec![wrapped_key::to_py(py, wrapped)?]), dek_of)
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        static GENERATE: HostFunction = HostFunction::new("generate");
        if !self.generates {
            return None;
        }
        Some(self.ask(
            &GENERATE,
            call,
            |_| Ok(Vec::new()),
            |answer| {
                let (dek, wrapped): (Bound<'_, PyAny>, Bound<'_, PyAny>) = answer.extract()?;
                Ok((dek_of(&dek)?, self.wrapped(&wrapped)?))
            },
        ))
    }
}

/// Converts the host's result to a DEK, and wipes a `bytearray`. A wrong length is a fault of the
/// KMS or the provider; it says nothing about the wrapped key.
fn dek_of(given: &Bound<'_, PyAny>) -> PyResult<Dek> {
    let secret = Secret::take(given)?;
    Dek::from_slice(secret.as_bytes()).map_err(|_| {
        let what = format!("the provider gave a data key of {} bytes", secret.as_bytes().len());
        errors::invalid(given.py(), &what)
    })
}
