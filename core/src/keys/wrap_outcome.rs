//! What became of one provider's wrap.

use super::{KeyProvider, WrappedKey, wrap_key};
use crate::error::{Attempt, Error, KeyName, ProviderError, Result};

/// The wrapped key, or who failed.
pub(super) type Outcome = Result<WrappedKey, Attempt>;

/// The outcome of a wrap by this provider.
pub(super) fn outcome_of(
    provider: &dyn KeyProvider,
    wrapped: Result<WrappedKey, ProviderError>,
) -> Outcome {
    let wrapped = wrapped.and_then(|key| key.check_provider_id(provider.provider_id()));
    wrapped.map_err(|error| failed_wrap(provider, error))
}

/// Whether the host has stopped the call: the cause, or the cause of that, is [`Error::Cancelled`].
pub(super) fn is_cancellation(error: &ProviderError) -> bool {
    let mut next = core::error::Error::source(error);
    while let Some(cause) = next {
        if matches!(cause.downcast_ref(), Some(Error::Cancelled)) {
            return true;
        }
        next = cause.source();
    }
    false
}

/// A wrap that failed, with the key that it was to be done with.
pub(crate) fn failed_wrap(provider: &dyn KeyProvider, error: ProviderError) -> Attempt {
    let KeyName { provider_id, key_id } = wrap_key(provider);
    Attempt { provider_id, key_id, error }
}
