//! Key events of the core as records of the logger `sealwax.audit`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use sealwax::audit::{KeyObserver, KeyUse};

use crate::call_context::HostFunction;
use crate::context;
use crate::host_error::HostError;
use crate::interrupts;
use crate::loaded::loaded;

// Levels of `logging`.
const INFO: u32 = 20;
const WARNING: u32 = 30;

/// Annotations by a Python provider: the arguments of `sealwax.audit.annotate`.
pub(crate) struct Notes(pub(crate) Py<PyDict>);

/// Writes events to the log.
pub(crate) struct AuditLog;

impl KeyObserver for AuditLog {
    /// An exception of a log handler goes to `sys.unraisablehook`, because the key was used
    /// nevertheless.
    fn key_used(&self, used: &KeyUse<'_>) {
        static RECORD: HostFunction = HostFunction::new("record");
        Python::attach(|py| {
            if !is_heard(py, if used.error.is_some() { WARNING } else { INFO }) {
                return;
            }
            let told =
                fields(py, used).and_then(|fields| RECORD.call(&PyTuple::empty(py), Some(&fields)));
            if let Err(error) = told {
                interrupts::keep_or_report(py, error, None);
            }
        });
    }
}

/// Whether `sealwax.audit` is enabled for this level. It is called for every message, so it avoids
/// Python code: the log is disabled as long as nothing has imported `logging`.
fn is_heard(py: Python<'_>, level: u32) -> bool {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if loaded(py, intern!(py, "logging")).is_none() {
        return false;
    }
    let enabled = LOGGER
        .import(py, "sealwax.audit", "logger")
        .and_then(|logger| logger.call_method1(intern!(py, "isEnabledFor"), (level,))?.is_truthy());
    let enabled = enabled.unwrap_or_else(|error| {
        interrupts::keep_or_report(py, error, None);
        false
    });
    enabled || loaded(py, intern!(py, "opentelemetry.trace")).is_some()
}

fn fields<'py>(py: Python<'py>, used: &KeyUse<'_>) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("operation", used.operation.as_str())?;
    fields.set_item("outcome", used.outcome.as_str())?;
    fields.set_item("provider_id", used.provider_id)?;
    fields.set_item("key_id", used.key_id)?;
    fields.set_item("context", context::to_py(py, used.context)?)?;
    fields.set_item("time", used.started.as_secs_f64())?;
    fields.set_item("duration", used.duration.as_secs_f64())?;
    let host = used.error.and_then(HostError::of);
    fields.set_item("error", host.map(|host| host.error.value(py)))?;
    let notes = used.attachment.and_then(|it| it.downcast_ref::<Notes>());
    fields.set_item("notes", notes.map(|notes| &notes.0))?;
    Ok(fields)
}
