//! The results of several providers' wraps, and whether they suffice.

use alloc::vec::Vec;

use super::{KeyProvider, WrappedKey, wrap_key};
use crate::error::{Attempt, Error, KeyName, ProviderError, Result};

/// The wrapped key, or the failed attempt.
pub(super) type Outcome = Result<WrappedKey, Attempt>;

/// Which providers must have wrapped the DEK of a new object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Require {
    /// All of them, so that no wrapped key of an object is ever missing.
    #[default]
    All,
    /// One of them.
    Any,
}

/// The outcomes so far.
pub(super) struct Wraps {
    require: Require,
    keys: Vec<WrappedKey>,
    failed: Vec<Attempt>,
    /// Whether the host cancelled the call. Then the other wrapped keys do not suffice.
    is_cancelled: bool,
}

impl Wraps {
    pub(super) const fn new(require: Require) -> Self {
        Wraps { require, keys: Vec::new(), failed: Vec::new(), is_cancelled: false }
    }

    pub(super) fn take(&mut self, outcome: Outcome) {
        match outcome {
            Ok(key) => self.keys.push(key),
            Err(attempt) => {
                self.is_cancelled |= is_cancellation(&attempt.error);
                self.failed.push(attempt);
            }
        }
    }

    /// Whether the outcome is already certain.
    pub(super) fn is_lost(&self) -> bool {
        self.is_cancelled || (self.require == Require::All && !self.failed.is_empty())
    }

    /// The wrapped keys, or one error that names every provider that failed.
    pub(super) fn finish(self) -> Result<Vec<WrappedKey>> {
        let is_enough = !self.is_lost() && (self.failed.is_empty() || !self.keys.is_empty());
        if is_enough { Ok(self.keys) } else { Err(self.into_error()) }
    }

    /// The error that names every provider that failed.
    pub(super) fn into_error(self) -> Error {
        Error::ProviderFailed(self.failed.into())
    }
}

/// The outcome of a wrap by this provider.
pub(super) fn outcome_of(
    provider: &dyn KeyProvider,
    wrapped: Result<WrappedKey, ProviderError>,
) -> Outcome {
    let wrapped = wrapped.and_then(|key| key.check_provider_id(provider.provider_id()));
    wrapped.map_err(|error| failed_wrap(provider, error))
}

/// Whether the host cancelled the call: [`Error::Cancelled`] is in the chain of causes.
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

/// A failed wrap, with the key that it should have used.
pub(crate) fn failed_wrap(provider: &dyn KeyProvider, error: ProviderError) -> Attempt {
    let KeyName { provider_id, key_id } = wrap_key(provider);
    Attempt { provider_id, key_id, error }
}
