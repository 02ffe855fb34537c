//! Unwrapping the DEK of a header: which provider is asked for which wrapped key, in which order.

use alloc::vec::Vec;

use super::{KeyProvider, wrap_key};
use crate::crypto::secret_key::Dek;
use crate::error::{Attempt, Error, KeyMismatch, KeyName, ProviderError, Result};
use crate::format::header::{Header, WrappedKeyRef};

/// Unwraps the DEK of `header` and hands it to `accept`, which checks it against the header.
///
/// The providers are asked in their order, and only for wrapped keys that have their provider id
/// and that they accept: a remote one for the first of these, a local one for all of them
/// (FORMAT.md K-06, K-07). After a failure the next one is asked.
pub(crate) fn unwrap_dek<T>(
    header: &Header<'_>,
    providers: &[&dyn KeyProvider],
    mut accept: impl FnMut(Dek) -> Result<T>,
) -> Result<T> {
    unwrap_by(header, providers, ask(header), |dek, _, _| accept(dek))
}

/// Asks a provider for the DEK of `header`.
pub(crate) fn ask<'a>(
    header: &Header<'a>,
) -> impl Fn(&dyn KeyProvider, WrappedKeyRef<'_>) -> Result<Dek, ProviderError> + use<'a> {
    let context = header.context();
    move |provider, key| provider.unwrap(key, &mut context.into())
}

/// As [`unwrap_dek`], with a function of the caller that asks a provider. `accept` also receives
/// the index of the provider and the wrapped key.
pub(crate) fn unwrap_by<'a, D, T>(
    header: &Header<'a>,
    providers: &[&dyn KeyProvider],
    unwrap: impl Fn(&dyn KeyProvider, WrappedKeyRef<'_>) -> Result<D, ProviderError>,
    mut accept: impl FnMut(D, usize, WrappedKeyRef<'a>) -> Result<T>,
) -> Result<T> {
    let mut unwrapping = Unwrapping::default();
    for (index, provider) in providers.iter().enumerate() {
        let id = provider.provider_id();
        for key in matching_keys(header, id, provider.is_remote(), |id| provider.accepts(id)) {
            let answer = unwrap(*provider, key);
            if let Some(opened) = unwrapping.take(key, answer, |dek| accept(dek, index, key)) {
                return Ok(opened);
            }
        }
    }
    Err(unwrapping.into_error(header, providers.iter().map(|provider| wrap_key(*provider))))
}

/// The wrapped keys that a provider is asked to unwrap.
pub(super) fn matching_keys<'a>(
    header: &Header<'a>,
    provider_id: &str,
    is_remote: bool,
    accepts: impl Fn(&str) -> bool,
) -> impl Iterator<Item = WrappedKeyRef<'a>> {
    let most = if is_remote { 1 } else { usize::MAX };
    let matches =
        move |key: &WrappedKeyRef<'_>| key.provider_id == provider_id && accepts(key.key_id);
    header.wrapped_keys().filter(matches).take(most)
}

/// The results of the attempts so far.
#[derive(Default)]
pub(super) struct Unwrapping {
    attempts: Vec<Attempt>,
    wrong_dek: Option<Error>,
}

impl Unwrapping {
    /// Takes a provider's result; returns what `accept` makes of a DEK that fits the header.
    pub(super) fn take<D, T>(
        &mut self,
        key: WrappedKeyRef<'_>,
        answer: Result<D, ProviderError>,
        accept: impl FnOnce(D) -> Result<T>,
    ) -> Option<T> {
        match answer.map(accept) {
            Ok(Ok(opened)) => return Some(opened),
            Ok(Err(error)) => self.wrong_dek = Some(error),
            Err(error) => {
                let KeyName { provider_id, key_id } = KeyName::from(key);
                self.attempts.push(Attempt { provider_id, key_id, error });
            }
        }
        None
    }

    /// The one error for all attempts. By FORMAT.md K-07, a DEK that does not fit the header takes
    /// precedence over a KMS that failed, and that over a wrapped key that did not unwrap.
    pub(super) fn into_error(
        self,
        header: &Header<'_>,
        offered: impl Iterator<Item = KeyName>,
    ) -> Error {
        let is_failure = |attempt: &Attempt| !attempt.error.is_rejection();
        match self.wrong_dek {
            Some(error) => error,
            None if self.attempts.is_empty() => {
                let wanted = header.wrapped_keys().map(KeyName::from).collect();
                Error::NoMatchingKey(KeyMismatch::new(wanted, offered.collect()))
            }
            None if self.attempts.iter().any(is_failure) => {
                Error::ProviderFailed(self.attempts.into())
            }
            None => Error::KeyUnwrap(self.attempts.into()),
        }
    }
}
