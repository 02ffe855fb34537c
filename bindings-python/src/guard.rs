//! What stands between the core and every provider during one call.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Instant;

use pyo3::Python;
use sealwax::{ContextRef, Dek, KeyProvider, ProviderError, WrappedKey, WrappedKeyRef};

use crate::errors::host_error;
use crate::host::{self, Event};

/// A provider as one call uses it: every use of its key is an audit event, and once the program
/// was interrupted nobody is asked any more.
pub(crate) struct Guard {
    inner: Arc<dyn KeyProvider>,
    interrupted: Arc<AtomicBool>,
    audited: bool,
}

/// One use of a key.
struct Use<'a> {
    operation: &'static str,
    context: ContextRef<'a>,
    start: Instant,
}

impl<'a> Use<'a> {
    fn start(operation: &'static str, context: ContextRef<'a>) -> Self {
        Use { operation, context, start: Instant::now() }
    }
}

impl Guard {
    /// Guards the provider; `interrupted` is shared by all providers of a call.
    pub(crate) fn new(
        inner: Arc<dyn KeyProvider>,
        interrupted: Arc<AtomicBool>,
        audited: bool,
    ) -> Self {
        Guard { inner, interrupted, audited }
    }

    fn end(&self, used: &Use<'_>, key_id: &str, error: Option<&ProviderError>) {
        if let Some(host) = error.and_then(host_error)
            && Python::attach(|py| host.is_interrupt(py))
        {
            self.interrupted.store(true, Ordering::Relaxed);
        }
        if self.audited {
            host::record(&Event {
                operation: used.operation,
                provider_id: self.inner.provider_id(),
                key_id,
                context: used.context,
                seconds: used.start.elapsed().as_secs_f64(),
                error,
            });
        }
    }
}

impl KeyProvider for Guard {
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        !self.interrupted.load(Ordering::Relaxed) && self.inner.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        let used = Use::start("wrap", context);
        let wrapped = self.inner.wrap(dek, context);
        let key_id = wrapped.as_ref().map_or("", |key| key.view().key_id);
        self.end(&used, key_id, wrapped.as_ref().err());
        wrapped
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError> {
        let used = Use::start("unwrap", context);
        let dek = self.inner.unwrap(wrapped, context);
        self.end(&used, wrapped.key_id, dek.as_ref().err());
        dek
    }

    fn generate(
        &self,
        context: ContextRef<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let used = Use::start("generate", context);
        let made = self.inner.generate(context)?;
        let key_id = made.as_ref().map_or("", |(_, key)| key.view().key_id);
        self.end(&used, key_id, made.as_ref().err());
        Some(made)
    }
}
