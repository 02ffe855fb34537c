//! A provider between the core and another one, which tells what became of each use.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sealwax::{ContextRef, Dek, KeyProvider, ProviderError, WrappedKey, WrappedKeyRef};

use crate::host_cause::HostCause;
use crate::key_event::{Listener, sealwax_key_operation, sealwax_key_outcome};

/// What is known of the use in progress besides its result: a provider is asked in the thread that
/// waits for it, so this goes from the callback to the event past the core.
#[derive(Default)]
struct Notes {
    /// Whether somebody was asked who has the key.
    asked: bool,
    key_id: String,
    request_id: Option<String>,
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::default();
    static OBJECT_NAME: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Exchanges the notes of this thread. A thread that is ending has none.
fn replace_notes(notes: Notes) -> Notes {
    NOTES.try_with(|slot| slot.replace(notes)).unwrap_or_default()
}

/// Notes which key a callback is asked for, and under which id its KMS has logged that.
pub(crate) fn note(key_id: &str, request_id: Option<String>) {
    replace_notes(Notes { asked: false, key_id: key_id.to_owned(), request_id });
}

/// Names what this thread works on; an empty name is none.
pub(crate) fn set_object_name(name: String) {
    let name = (!name.is_empty()).then_some(name);
    let _ = OBJECT_NAME.try_with(|slot| slot.replace(name));
}

fn object_name() -> Option<String> {
    OBJECT_NAME.try_with(|slot| slot.borrow().clone()).ok().flatten()
}

/// One use of a key, for an event.
pub(crate) struct Use<'a> {
    pub(crate) operation: sealwax_key_operation,
    pub(crate) outcome: sealwax_key_outcome,
    pub(crate) time_ns: u64,
    pub(crate) duration_ns: u64,
    pub(crate) provider_id: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) context: ContextRef<'a>,
    pub(crate) object_name: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) cause: i64,
}

/// What is behind the watching provider.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// Whoever has the key.
    Key,
    /// A cache, whose misses are told where the cache asks.
    Cache,
    /// A cache, whose misses nobody else tells these listeners.
    CacheAlone,
}

/// Tells the listeners each use of a provider.
pub(crate) struct Watched {
    inner: Arc<dyn KeyProvider>,
    listeners: Vec<Arc<Listener>>,
    behind: Behind,
}

impl Watched {
    /// Watches a provider for listeners that are told by nobody else.
    pub(crate) fn asking(
        inner: Arc<dyn KeyProvider>,
        listeners: Vec<Arc<Listener>>,
        is_cache: bool,
    ) -> Self {
        let behind = if is_cache { Behind::CacheAlone } else { Behind::Key };
        Watched { inner, listeners, behind }
    }

    /// Watches a cache for the listeners of the provider that it is in front of.
    pub(crate) fn cached(inner: Arc<dyn KeyProvider>, listeners: Vec<Arc<Listener>>) -> Self {
        Watched { inner, listeners, behind: Behind::Cache }
    }

    /// Asks, and tells. `named` is the key id as far as it is known before.
    fn watch<T>(
        &self,
        operation: sealwax_key_operation,
        context: ContextRef<'_>,
        named: &str,
        ask: impl FnOnce() -> Option<Result<T, ProviderError>>,
        key_id_of: impl for<'t> Fn(&'t T) -> &'t str,
    ) -> Option<Result<T, ProviderError>> {
        let (time, start) = (SystemTime::now(), Instant::now());
        replace_notes(Notes::default());
        let result = ask()?;
        let duration = start.elapsed();
        let mut notes = replace_notes(Notes::default());
        notes.asked |= self.behind == Behind::Key;
        if let Some(operation) = self.told_as(operation, notes.asked, result.is_ok()) {
            let found = result.as_ref().map_or(notes.key_id.as_str(), key_id_of);
            let (outcome, cause) = outcome(result.as_ref().err());
            self.tell(&Use {
                operation,
                outcome,
                time_ns: time.duration_since(UNIX_EPOCH).map_or(0, nanoseconds),
                duration_ns: nanoseconds(duration),
                provider_id: self.inner.provider_id(),
                key_id: if named.is_empty() { found } else { named },
                context,
                object_name: object_name().as_deref(),
                request_id: notes.request_id.as_deref(),
                cause,
            });
        }
        // For who watches this provider; a listener that called the library has left its own.
        replace_notes(notes);
        Some(result)
    }

    /// As which operation a use is told here, if at all.
    fn told_as(
        &self,
        operation: sealwax_key_operation,
        asked: bool,
        succeeded: bool,
    ) -> Option<sealwax_key_operation> {
        match self.behind {
            Behind::Cache if asked => None,
            Behind::Cache | Behind::CacheAlone if !asked && succeeded => {
                Some(sealwax_key_operation::SEALWAX_KEY_CACHE_HIT)
            }
            _ => Some(operation),
        }
    }

    fn tell(&self, used: &Use<'_>) {
        self.listeners.iter().for_each(|listener| listener.tell(used));
    }
}

/// 584 years at most.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What became of a use, and the number that the host gave for its failure.
fn outcome(error: Option<&ProviderError>) -> (sealwax_key_outcome, i64) {
    let Some(error) = error else { return (sealwax_key_outcome::SEALWAX_KEY_OK, 0) };
    let host = HostCause::of(error);
    let outcome = match error {
        ProviderError::Rejected | ProviderError::RejectedBecause(_) => {
            sealwax_key_outcome::SEALWAX_KEY_REJECTED
        }
        _ if host.is_some_and(|host| host.denied) => sealwax_key_outcome::SEALWAX_KEY_DENIED,
        _ => sealwax_key_outcome::SEALWAX_KEY_FAILED,
    };
    (outcome, host.map_or(0, |host| host.code))
}

impl KeyProvider for Watched {
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

    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        let ask = || Some(self.inner.wrap(dek, context));
        let operation = sealwax_key_operation::SEALWAX_KEY_WRAP;
        let wrapped = self.watch(operation, context, "", ask, |key| key.view().key_id);
        wrapped.unwrap_or_else(|| Err(ProviderError::failed("nobody was asked")))
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError> {
        let ask = || Some(self.inner.unwrap(wrapped, context));
        let operation = sealwax_key_operation::SEALWAX_KEY_UNWRAP;
        let dek = self.watch(operation, context, wrapped.key_id, ask, |_| "");
        dek.unwrap_or_else(|| Err(ProviderError::failed("nobody was asked")))
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
        let ask = || self.inner.generate_for(context, plaintext_len);
        let operation = sealwax_key_operation::SEALWAX_KEY_GENERATE;
        self.watch(operation, context, "", ask, |(_, key)| key.view().key_id)
    }
}
