//! Events for providers whose calls return futures.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::audited_provider::AuditedProvider;
use super::key_use::{KeyObserver, KeyOperation, KeyUseInProgress};
use super::{AsyncKeyProvider, ProviderCall, ProviderFuture, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, ProviderError};
use crate::format::header::WrappedKeyRef;

/// A future that is dropped before it is ready is reported as a use that failed, with
/// [`Error::Cancelled`]: the KMS may have received the request.
impl<P: AsyncKeyProvider, O: KeyObserver> AsyncKeyProvider for AuditedProvider<P, O> {
    fn provider_id(&self) -> &str {
        self.inner().provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.inner().accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.inner().wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        self.inner().is_remote()
    }

    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        Box::pin(async move {
            let asked = Asked::new(self, KeyOperation::Wrap, None, call);
            let wrapped = self.inner().wrap(dek, asked.call).await;
            let wrapped = wrapped.and_then(|key| key.check_provider_id(asked.provider_id));
            asked.end(wrapped.as_ref().map(|key| Some(key.view().key_id)));
            wrapped
        })
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        Box::pin(async move {
            let asked = Asked::new(self, KeyOperation::Unwrap, Some(wrapped.key_id), call);
            let dek = self.inner().unwrap(wrapped, asked.call).await;
            asked.end(dek.as_ref().map(|_| None));
            dek
        })
    }

    fn generate<'a>(
        &'a self,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Option<(Dek, WrappedKey)>> {
        Box::pin(async move {
            let asked = Asked::new(self, KeyOperation::Generate, None, call);
            let made = match self.inner().generate(asked.call).await {
                Ok(None) => {
                    asked.forget();
                    return Ok(None);
                }
                Ok(Some((dek, key))) => {
                    key.check_provider_id(asked.provider_id).map(|key| (dek, key))
                }
                Err(error) => Err(error),
            };
            asked.end(made.as_ref().map(|(_, key)| Some(key.view().key_id)));
            made.map(Some)
        })
    }
}

/// A call that is running. Dropping it reports that it was cancelled.
struct Asked<'a, 'c> {
    used: Option<KeyUseInProgress<'a>>,
    provider_id: &'a str,
    /// The key id if it is known before the call, otherwise empty.
    key_id: Cow<'a, str>,
    call: &'a mut ProviderCall<'c>,
}

impl<'a, 'c> Asked<'a, 'c> {
    fn new<P: AsyncKeyProvider, O: KeyObserver>(
        audited: &'a AuditedProvider<P, O>,
        operation: KeyOperation,
        key_id: Option<&'a str>,
        call: &'a mut ProviderCall<'c>,
    ) -> Self {
        let own = || audited.wrap_key_id().unwrap_or_default();
        Asked {
            key_id: key_id.map_or_else(own, Cow::Borrowed),
            provider_id: audited.provider_id(),
            used: Some(audited.start(operation)),
            call,
        }
    }

    /// Reports how the call ended, with the key id that the answer names, if any.
    fn end(mut self, answer: Result<Option<&str>, &ProviderError>) {
        if let Some(used) = self.used.take() {
            let key_id = answer.ok().flatten().unwrap_or(&self.key_id);
            used.end(self.provider_id, key_id, self.call, answer.err());
        }
    }

    /// Reports nothing, because no key was used.
    fn forget(mut self) {
        self.used = None;
    }
}

impl Drop for Asked<'_, '_> {
    fn drop(&mut self) {
        if let Some(used) = self.used.take() {
            let cancelled = ProviderError::failed(Error::Cancelled);
            used.end(self.provider_id, &self.key_id, self.call, Some(&cancelled));
        }
    }
}
