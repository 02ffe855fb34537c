//! Providers whose keys an object lacks, where the caller allowed that.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::interrupts;
use pyo3::prelude::*;
use sealwax::audit::{KeyObserver, KeyUse};

/// Who failed to wrap during a call, and why; shared by the call's providers.
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
    /// Warns of each by the logger `sealwax`. What a handler raises goes to `sys.unraisablehook`:
    /// the object is written.
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
