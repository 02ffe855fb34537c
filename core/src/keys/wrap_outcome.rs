//! What became of one provider's wrap.

use super::{KeyProvider, WrappedKey, wrap_key};
use crate::error::{Attempt, KeyName, ProviderError, Result};

/// The wrapped key, or who failed.
pub(super) type Outcome = Result<WrappedKey, Attempt>;

/// A provider must sign with its own name, or nobody could unwrap what it wrapped.
pub(crate) fn check_provider_id(
    provider: &dyn KeyProvider,
    wrapped: Result<WrappedKey, ProviderError>,
) -> Outcome {
    let provider_id = provider.provider_id();
    let wrapped = wrapped.and_then(|key| {
        if key.view().provider_id == provider_id {
            Ok(key)
        } else {
            Err(ProviderError::failed("the wrapped key names another provider"))
        }
    });
    wrapped.map_err(|error| failed_wrap(provider, error))
}

/// A wrap that failed, with the key that it was to be done with.
pub(crate) fn failed_wrap(provider: &dyn KeyProvider, error: ProviderError) -> Attempt {
    let KeyName { provider_id, key_id } = wrap_key(provider);
    Attempt { provider_id, key_id, error }
}
