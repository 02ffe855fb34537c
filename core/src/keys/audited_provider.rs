//! A decorator that reports every use of a provider's key to an observer.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::key_use::{KeyObserver, KeyOperation, KeyUse, KeyUseInProgress, Moment};
use super::provider_call::ProviderCall;
use super::{ConcurrentWrap, KeyProvider, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::WrappedKeyRef;

/// A provider that reports every use of the inner provider to a [`KeyObserver`].
///
/// A cache in front of it reports its hits to the same observer. In front of a cache, it reports
/// the hits of that cache as [`KeyOperation::CacheHit`]. With feature `async`, the inner provider may
/// be an `AsyncKeyProvider`.
pub struct AuditedProvider<P, O> {
    inner: P,
    observer: O,
}

impl<P, O: KeyObserver> AuditedProvider<P, O> {
    /// Reports every use of `inner` to `observer`.
    pub const fn new(inner: P, observer: O) -> Self {
        AuditedProvider { inner, observer }
    }

    /// The inner provider.
    pub const fn inner(&self) -> &P {
        &self.inner
    }

    pub(super) fn start(&self, operation: KeyOperation) -> KeyUseInProgress<'_> {
        KeyUseInProgress::start(&self.observer, operation)
    }
}

impl<P: KeyProvider, O: KeyObserver> AuditedProvider<P, O> {
    /// Reports how a use ended. Without a key id it reports the one that the provider wraps with,
    /// if any.
    fn end<T>(
        &self,
        used: KeyUseInProgress<'_>,
        key_id: Option<&str>,
        call: &ProviderCall<'_>,
        result: &Result<T, ProviderError>,
    ) {
        let key_id = key_id.map_or_else(|| self.inner.wrap_key_id(), |id| Some(Cow::Borrowed(id)));
        let key_id = key_id.as_deref().unwrap_or_default();
        used.end(self.inner.provider_id(), key_id, call, result.as_ref().err());
    }

    fn wrap_by(
        &self,
        call: &mut ProviderCall<'_>,
        wrap: impl FnOnce(&mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError>,
    ) -> Result<WrappedKey, ProviderError> {
        let used = self.start(KeyOperation::Wrap);
        let wrapped = wrap(call).and_then(|key| key.check_provider_id(self.provider_id()));
        self.end(used, wrapped.as_ref().ok().map(|key| key.view().key_id), call, &wrapped);
        wrapped
    }
}

impl<P: KeyProvider, O: KeyObserver> KeyProvider for AuditedProvider<P, O> {
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.inner.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.inner.wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        self.inner.is_remote()
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.wrap_by(call, |call| self.inner.wrap(dek, call))
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        let used = self.start(KeyOperation::Unwrap);
        let dek = self.inner.unwrap(wrapped, call);
        self.end(used, Some(wrapped.key_id), call, &dek);
        dek
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let used = self.start(KeyOperation::Generate);
        let made = self.inner.generate(call)?;
        let made =
            made.and_then(|(dek, key)| Ok((dek, key.check_provider_id(self.provider_id())?)));
        self.end(used, made.as_ref().ok().map(|(_, key)| key.view().key_id), call, &made);
        Some(made)
    }

    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        let wrap = self.inner.concurrent_wrap(dek, context)?;
        Some(Box::new(move |call| self.wrap_by(call, wrap)))
    }

    fn observer(&self) -> Option<&dyn KeyObserver> {
        Some(self)
    }
}

/// Reports to its own observer and to that of the inner provider.
impl<P: KeyProvider, O: KeyObserver> KeyObserver for AuditedProvider<P, O> {
    fn key_used(&self, used: &KeyUse<'_>) {
        self.observer.key_used(used);
        if let Some(inner) = self.inner.observer() {
            inner.key_used(used);
        }
    }

    fn now(&self) -> Moment {
        self.observer.now()
    }
}

impl<P, O> core::fmt::Debug for AuditedProvider<P, O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AuditedProvider").finish_non_exhaustive()
    }
}
