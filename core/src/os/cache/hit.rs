//! The audit event of a cache hit.

use std::time::Duration;

use crate::format::context::ContextRef;
use crate::keys::KeyProvider;
use crate::keys::audit::{KeyOperation, KeyOutcome, KeyUse};

/// Reports a cache hit to the observer of a provider, if it has one. `waited` is how long the
/// request waited for another one that made the value.
pub(super) fn tell_hit(
    provider: &dyn KeyProvider,
    key_id: &str,
    context: ContextRef<'_>,
    waited: Duration,
) {
    let Some(observer) = provider.observer() else { return };
    observer.key_used(&KeyUse {
        operation: KeyOperation::CacheHit,
        outcome: KeyOutcome::Ok,
        provider_id: provider.provider_id(),
        key_id,
        context,
        started: observer.now().since_1970.saturating_sub(waited),
        duration: waited,
        error: None,
        request_id: None,
        attachment: None,
    });
}
