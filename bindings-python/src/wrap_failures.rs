//! Providers that failed to wrap in a call with `require_all=False`.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::interrupts;
use pyo3::prelude::*;
use sealwax::audit::{KeyObserver, KeyUse};

/// The failures of one call, shared by its providers.
#[derive(Clone, Default)]
pub(crate) struct WrapFailures(Arc<Mutex<Vec<(String, String)>>>);

impl KeyObserver for WrapFailures {
    fn key_used(&self, used: &KeyUse<'_>) {
        if let Some(error) = used.error {
            let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            list.push((used.provider_id.to_owned(), error.to_string()));
        }
    }
}

impl WrapFailures {
    /// Warns about each failure through the logger `sealwax`. An exception of a handler goes to
    /// `sys.unraisablehook`, because the object is already written.
    pub(crate) fn tell(&self, py: Python<'_>) {
        let mut list = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        list.sort();
        if list.is_empty() {
            return;
        }
        let told = py
            .import("sealwax._host")
            .and_then(|host| host.call_method1("tell_wrap_failures", (list,)));
        if let Err(error) = told {
            interrupts::keep_or_report(py, error, None);
        }
    }
}
