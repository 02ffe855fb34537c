//! What stands between the core and every provider.

use core::cell::Cell;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use sealwax::{
    CachingProvider, ConcurrentWrap, ContextRef, DecryptHandle, DecryptOptions, Dek, EncryptHandle,
    EncryptOptions, Error, Header, KeyProvider, ProviderError, WrappedKey, WrappedKeyRef,
};

use crate::call_context::CallContext;
use crate::errors::host_error;
use crate::host::{self, Audited, Event};
use crate::wrap_failures::WrapFailures;

// Providers are asked on the thread that called us, except for several that wrap at once.
thread_local! {
    /// Whether a provider was asked since this was last reset.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    /// Whether the program was interrupted during this call.
    static INTERRUPTED: Cell<bool> = const { Cell::new(false) };
}

/// Forgets what happened on this thread before.
pub(crate) fn start_call() {
    ASKED.set(false);
    INTERRUPTED.set(false);
}

/// Whether a provider was asked on this thread since `start_call`.
pub(crate) fn was_asked() -> bool {
    ASKED.get()
}

/// A provider whose every use is an audit event, and which is not asked any more once the program
/// was interrupted.
pub(crate) struct Guard {
    inner: Arc<dyn KeyProvider>,
    /// The same provider, if it is a cache.
    cache: Option<Arc<CachingProvider<Guard>>>,
    /// Whether it may wait for a network.
    is_remote: bool,
    failures: Option<WrapFailures>,
}

/// One use of a key.
struct Use<'a> {
    operation: &'static str,
    context: ContextRef<'a>,
    start: Instant,
    audited: Audited,
}

impl Guard {
    /// Guards a provider that has the key itself.
    pub(crate) fn local(inner: Arc<dyn KeyProvider>) -> Self {
        Guard { inner, cache: None, is_remote: false, failures: None }
    }

    /// Guards a provider that asks a KMS.
    pub(crate) fn remote(inner: Arc<dyn KeyProvider>) -> Self {
        Guard { inner, cache: None, is_remote: true, failures: None }
    }

    /// Guards a cache: what it asks its own provider for is an event there already.
    pub(crate) fn of_cache(cache: Arc<CachingProvider<Guard>>) -> Self {
        let (inner, is_remote) = (Arc::clone(&cache), cache.inner().is_remote);
        Guard { inner, cache: Some(cache), is_remote, failures: None }
    }

    /// Has it tell who could not wrap.
    pub(crate) fn note_failures(&mut self, failures: &WrapFailures) {
        self.failures = Some(failures.clone());
    }

    /// A handle under a data key that a cache keeps; `None` if this is no cache.
    pub(crate) fn cached_handle(
        &self,
        plaintext_len: u64,
        options: &EncryptOptions<'_>,
        context: ContextRef<'_>,
    ) -> Option<sealwax::Result<Arc<EncryptHandle>>> {
        let used = self.start("generate", context);
        let made = self.cache.as_ref()?.handle(plaintext_len, options);
        match &made {
            Ok(handle) if used.audited.includes(false) => {
                self.end(&used, &first_key_id(handle.header()), None);
            }
            Ok(_) => self.end(&used, "", None),
            Err(Error::ProviderFailed(attempts)) => {
                let error = attempts.as_slice().first().map(|attempt| &attempt.error);
                self.end(&used, "", error);
            }
            Err(_) => {}
        }
        Some(made)
    }

    /// A handle whose data key, and mostly its header, a cache keeps; `None` if this is no cache.
    pub(crate) fn cached_opening(
        &self,
        header: &[u8],
        options: &DecryptOptions<'_>,
    ) -> Option<sealwax::Result<Arc<DecryptHandle>>> {
        let cache = self.cache.as_ref()?;
        let Ok(parsed) = Header::parse(header) else {
            return Some(cache.decrypt_handle(header, options));
        };
        let used = self.start("unwrap", parsed.context());
        let opened = cache.decrypt_handle(header, options);
        match &opened {
            Ok(_) | Err(Error::HeaderAuthentication) => {
                let key_id =
                    if used.audited.includes(false) { self.matching_key_id(&parsed) } else { "" };
                self.end(&used, key_id, None);
            }
            Err(Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts)) => {
                if let Some(attempt) = attempts.as_slice().first() {
                    self.end(&used, &attempt.key_id, Some(&attempt.error));
                }
            }
            Err(_) => {}
        }
        Some(opened)
    }

    /// The first key of a header that this provider may unwrap with.
    fn matching_key_id<'a>(&self, header: &Header<'a>) -> &'a str {
        let own = |key: &WrappedKeyRef<'_>| {
            key.provider_id == self.inner.provider_id() && self.inner.accepts(key.key_id)
        };
        header.wrapped_keys().find(own).map_or("", |key| key.key_id)
    }

    fn start<'a>(&self, operation: &'static str, context: ContextRef<'a>) -> Use<'a> {
        if self.cache.is_some() {
            ASKED.set(false);
        }
        let audited = Audited::now();
        if self.annotates() && audited != Audited::Nothing {
            host::collect_notes();
        }
        Use { operation, context, start: Instant::now(), audited }
    }

    /// Whether its provider is one of the host, and no cache before it.
    const fn annotates(&self) -> bool {
        self.is_remote && self.cache.is_none()
    }

    fn end(&self, used: &Use<'_>, key_id: &str, error: Option<&ProviderError>) {
        if let Some(host) = error.and_then(host_error)
            && host.is_interrupt
        {
            INTERRUPTED.set(true);
        }
        if let (Some(failures), Some(error)) = (&self.failures, error) {
            failures.note(self.inner.provider_id(), error);
        }
        let is_told = self.cache.is_some() && ASKED.replace(true);
        ASKED.set(true);
        if is_told || !used.audited.includes(error.is_some()) {
            return;
        }
        let is_hit = self.cache.is_some() && error.is_none();
        let named = if key_id.is_empty() { self.inner.wrap_key_id() } else { None };
        host::record(&Event {
            operation: if is_hit { CACHE_HIT } else { used.operation },
            provider_id: self.inner.provider_id(),
            key_id: named.as_deref().unwrap_or(key_id),
            context: used.context,
            seconds: used.start.elapsed().as_secs_f64(),
            error,
            noted: self.annotates(),
        });
    }
}

/// The name of the key that a header names first.
fn first_key_id(header: &[u8]) -> String {
    let header = Header::parse(header);
    let first = header.ok().and_then(|header| header.wrapped_keys().next());
    first.map_or_else(String::new, |key| key.key_id.to_owned())
}

/// The operation of an event for a key that was in a cache.
pub(crate) const CACHE_HIT: &str = "cache_hit";

impl KeyProvider for Guard {
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        !INTERRUPTED.get() && self.inner.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.inner.wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        self.is_remote
    }

    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        let used = self.start("wrap", context);
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
        let used = self.start("unwrap", context);
        let dek = self.inner.unwrap(wrapped, context);
        self.end(&used, wrapped.key_id, dek.as_ref().err());
        dek
    }

    fn generate(
        &self,
        context: ContextRef<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        self.generate_for(context, None)
    }

    fn generate_for(
        &self,
        context: ContextRef<'_>,
        plaintext_len: Option<u64>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let used = self.start("generate", context);
        let made = self.inner.generate_for(context, plaintext_len)?;
        let key_id = made.as_ref().map_or("", |(_, key)| key.view().key_id);
        self.end(&used, key_id, made.as_ref().err());
        Some(made)
    }

    /// On another thread, yet within what this one knows: the event loop, the object's name.
    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        if !self.is_remote {
            return None;
        }
        let calling = CallContext::current()?;
        ASKED.set(true);
        Some(Box::new(move || calling.within(|| self.wrap(dek, context))))
    }
}
