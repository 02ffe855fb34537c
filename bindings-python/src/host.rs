//! Key providers that the host wrote in Python.

use core::fmt;
use std::borrow::Cow;

use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyDict, PyString, PyTuple};
use sealwax::{ContextRef, Dek, KeyProvider, ProviderError, WrappedKey, WrappedKeyRef};

use crate::data::Secret;
use crate::{call_context, context};

/// An object with the methods of `sealwax.Provider`.
pub(crate) struct HostProvider {
    object: Py<PyAny>,
    provider_id: String,
    /// The key that it wraps with, where it says so.
    key_id: Option<String>,
    generates: bool,
}

impl HostProvider {
    /// Looks once at what the object can do.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(HostProvider {
            provider_id: object.getattr("provider_id")?.extract()?,
            key_id: object.getattr("key_id").and_then(|id| id.extract()).ok(),
            generates: object.hasattr("generate")?,
            object: object.clone().unbind(),
        })
    }

    /// Calls a function of `sealwax._host` on the object.
    fn call<'py>(
        &self,
        py: Python<'py>,
        function: &'static Function,
        arguments: Vec<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let function = function.cell.import(py, "sealwax._host", function.name)?;
        let mut all = vec![self.object.bind(py).clone()];
        all.extend(arguments);
        call_context::call(function, &PyTuple::new(py, all)?, None)
    }

    fn wrapped(&self, answer: &Bound<'_, PyAny>) -> PyResult<WrappedKey> {
        let (key_id, wrapped_dek): (String, Vec<u8>) = answer.extract()?;
        WrappedKey::new(self.provider_id.as_str(), key_id, wrapped_dek)
            .map_err(|error| crate::errors::to_py(answer.py(), error))
    }
}

/// A function of `sealwax._host`, found once.
struct Function {
    name: &'static str,
    cell: PyOnceLock<Py<PyAny>>,
}

impl Function {
    const fn new(name: &'static str) -> Self {
        Function { name, cell: PyOnceLock::new() }
    }
}

static WRAP: Function = Function::new("wrap");
static UNWRAP: Function = Function::new("unwrap");
static GENERATE: Function = Function::new("generate");
static ACCEPTS: Function = Function::new("accepts");

impl KeyProvider for HostProvider {
    fn provider_id(&self) -> &str {
        &self.provider_id
    }

    /// A provider that cannot even answer this is not asked to unwrap.
    fn accepts(&self, key_id: &str) -> bool {
        Python::attach(|py| {
            let key_id = key_id.into_pyobject(py)?.into_any();
            self.call(py, &ACCEPTS, vec![key_id])?.is_truthy()
        })
        .unwrap_or_else(|error: PyErr| {
            Python::attach(|py| error.write_unraisable(py, Some(self.object.bind(py))));
            false
        })
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.key_id.as_deref().map(Cow::Borrowed)
    }

    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        Python::attach(|py| {
            let dek = PyByteArray::new(py, dek.expose()).into_any();
            let context = context::to_py(py, context)?.into_any();
            self.wrapped(&self.call(py, &WRAP, vec![dek, context])?)
        })
        .map_err(failure)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError> {
        Python::attach(|py| {
            let wrapped = crate::header::wrapped_key(py, wrapped)?;
            let context = context::to_py(py, context)?.into_any();
            dek_of(&self.call(py, &UNWRAP, vec![wrapped, context])?)
        })
        .map_err(failure)
    }

    fn generate(
        &self,
        context: ContextRef<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let generated = || {
            Python::attach(|py| {
                let context = context::to_py(py, context)?.into_any();
                let answer = self.call(py, &GENERATE, vec![context])?;
                let (dek, wrapped): (Bound<'_, PyAny>, Bound<'_, PyAny>) = answer.extract()?;
                Ok((dek_of(&dek)?, self.wrapped(&wrapped)?))
            })
            .map_err(failure)
        };
        self.generates.then(generated)
    }
}

/// Takes the DEK out of what the host gave; a `bytearray` is wiped. A key of another length says
/// nothing about the wrapped key: the KMS or its provider is at fault.
fn dek_of(given: &Bound<'_, PyAny>) -> PyResult<Dek> {
    let secret = Secret::take(given)?;
    Dek::from_slice(secret.as_bytes()).map_err(|_| {
        let what = format!("the provider gave a data key of {} bytes", secret.as_bytes().len());
        crate::errors::invalid(given.py(), &what)
    })
}

/// A Python exception on its way through the core. It is shown by its class, as its text may say
/// more than a log should hold; only what our own classes say is known to hold no secret.
#[derive(Debug)]
pub(crate) struct HostError {
    /// The exception, for `__cause__`.
    pub(crate) error: PyErr,
    shown: String,
    /// Whether it asks to stop the program and not just this call, such as `KeyboardInterrupt`.
    pub(crate) is_interrupt: bool,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl std::error::Error for HostError {
    /// An interruption stops the call in the core, too: no other key makes up for it.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        static CANCELLED: sealwax::Error = sealwax::Error::Cancelled;
        self.is_interrupt.then_some(&CANCELLED as _)
    }
}

/// `KeyUnwrapError` says that the wrapped key is to blame; anything else, that the host is.
fn failure(error: PyErr) -> ProviderError {
    Python::attach(|py| {
        let rejected = is_rejection(py, &error);
        let shown = describe(py, &error).unwrap_or_default();
        let is_interrupt = !error.is_instance_of::<PyException>(py);
        let host = HostError { error, shown, is_interrupt };
        if rejected { ProviderError::rejected(host) } else { ProviderError::failed(host) }
    })
}

fn describe(py: Python<'_>, error: &PyErr) -> PyResult<String> {
    static DESCRIBE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let describe = DESCRIBE.import(py, "sealwax._host", "describe")?;
    describe.call1((error.value(py),))?.extract()
}

fn is_rejection(py: Python<'_>, error: &PyErr) -> bool {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CLASS
        .import(py, "sealwax._errors", "KeyUnwrapError")
        .is_ok_and(|class| error.is_instance(py, class))
}

/// Fields of one audit event, for `sealwax.audit`.
pub(crate) struct Event<'a> {
    /// `generate`, `wrap`, `unwrap` or `cache_hit`.
    pub(crate) operation: &'static str,
    pub(crate) provider_id: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) context: ContextRef<'a>,
    pub(crate) seconds: f64,
    pub(crate) error: Option<&'a ProviderError>,
    /// Whether the provider's notes were collected.
    pub(crate) noted: bool,
}

/// Levels, as `logging` counts.
pub(crate) const INFO: u32 = 20;
const WARNING: u32 = 30;

/// Whether somebody listens to `sealwax.audit` from this level on. Asked for every message, so it runs
/// none of our Python: nobody listens while nothing has imported `logging`.
pub(crate) fn hears(py: Python<'_>, level: u32) -> bool {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if loaded(py, intern!(py, "logging")).is_none() {
        return false;
    }
    let enabled = LOGGER
        .import(py, "sealwax.audit", "logger")
        .and_then(|logger| logger.call_method1(intern!(py, "isEnabledFor"), (level,))?.is_truthy());
    enabled.unwrap_or(false) || loaded(py, intern!(py, "opentelemetry.trace")).is_some()
}

/// A module that the program has imported.
pub(crate) fn loaded<'py>(
    py: Python<'py>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    MODULES.import(py, "sys", "modules").ok()?.get_item(name).ok()?
}

/// Has the provider's notes on the use of a key collected that begins now.
pub(crate) fn collect_notes() {
    static COLLECT_NOTES: Function = Function::new("collect_notes");
    tell(&COLLECT_NOTES, |_| Ok(None));
}

/// Which uses of keys somebody wants to hear of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audited {
    Nothing,
    Failures,
    Everything,
}

impl Audited {
    /// Who listens to `sealwax.audit` now.
    pub(crate) fn now() -> Self {
        Python::attach(|py| {
            if hears(py, INFO) {
                Audited::Everything
            } else if hears(py, WARNING) {
                Audited::Failures
            } else {
                Audited::Nothing
            }
        })
    }

    /// Whether a use that ended so is to be told.
    pub(crate) fn includes(self, failed: bool) -> bool {
        self == Audited::Everything || (failed && self == Audited::Failures)
    }
}

/// Writes an event to the log.
pub(crate) fn record(event: &Event<'_>) {
    static RECORD: Function = Function::new("record");
    tell(&RECORD, |py| fields(py, event).map(Some));
}

/// Calls a function of `sealwax._host` for the log. What a log handler raises goes to
/// `sys.unraisablehook`.
fn tell(
    function: &'static Function,
    fields: impl for<'py> FnOnce(Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>>,
) {
    Python::attach(|py| {
        let told = fields(py).and_then(|fields| {
            let function = function.cell.import(py, "sealwax._host", function.name)?;
            call_context::call(function, &PyTuple::empty(py), fields.as_ref())
        });
        if let Err(error) = told {
            error.write_unraisable(py, None);
        }
    });
}

fn fields<'py>(py: Python<'py>, event: &Event<'_>) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("operation", event.operation)?;
    fields.set_item("provider_id", event.provider_id)?;
    fields.set_item("key_id", event.key_id)?;
    fields.set_item("context", context::to_py(py, event.context)?)?;
    fields.set_item("duration", event.seconds)?;
    fields.set_item("rejected", is_rejected(event.error))?;
    fields.set_item("failed", event.error.is_some())?;
    fields.set_item("noted", event.noted)?;
    let host = event.error.and_then(crate::errors::host_error);
    fields.set_item("error", host.map(|host| host.error.value(py)))?;
    Ok(fields)
}

fn is_rejected(error: Option<&ProviderError>) -> bool {
    matches!(error, Some(ProviderError::Rejected | ProviderError::RejectedBecause(_)))
}
