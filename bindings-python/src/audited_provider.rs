//! The audit decorator, which every provider of a call from Python gets.

use std::borrow::Cow;
use std::sync::Arc;

use sealwax::audit::{self, KeyObserver};
use sealwax::{
    ConcurrentWrap, ContextRef, Dek, KeyProvider, ProviderCall, ProviderError, WrappedKey,
    WrappedKeyRef,
};

use crate::audit_log::AuditLog;
use crate::call_context::CallContext;
use crate::host_error::HostError;
use crate::interrupts;

/// A provider that reports every use as an audit event, and is not called any more after the
/// program was interrupted.
pub(crate) struct AuditedProvider {
    inner: audit::AuditedProvider<Arc<dyn KeyProvider>, AuditLog>,
}

impl AuditedProvider {
    pub(crate) fn new(inner: Arc<dyn KeyProvider>) -> Self {
        AuditedProvider { inner: audit::AuditedProvider::new(inner, AuditLog) }
    }
}

/// Keeps an exception that stops the program. Providers are called on the calling thread, except for
/// several that wrap concurrently.
fn noticed<T>(result: Result<T, ProviderError>) -> Result<T, ProviderError> {
    if let Some(host) = result.as_ref().err().and_then(HostError::of)
        && host.is_interrupt
    {
        interrupts::keep(&host.error);
    }
    result
}

impl KeyProvider for AuditedProvider {
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        !interrupts::is_kept() && self.inner.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.inner.wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        self.inner.is_remote()
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        noticed(self.inner.wrap(dek, call))
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        noticed(self.inner.unwrap(wrapped, call))
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        self.inner.generate(call).map(noticed)
    }

    /// Runs on another thread, in the context of this one: its event loop and the name of the
    /// object.
    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        _: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        if !self.is_remote() {
            return None;
        }
        let context = CallContext::current()?;
        Some(Box::new(move |call| context.within(|| self.wrap(dek, call))))
    }

    fn observer(&self) -> Option<&dyn KeyObserver> {
        self.inner.observer()
    }
}
