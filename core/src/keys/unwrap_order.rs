//! From the wrapped keys of a header to its DEK.

use alloc::vec::Vec;

use super::{KeyProvider, wrap_key};
use crate::crypto::secret_key::Dek;
use crate::error::{Attempt, Error, KeyMismatch, KeyName, ProviderError, Result};
use crate::format::header::{Header, WrappedKeyRef};

/// Unwraps the DEK of `header` and hands it to `accept`, which checks it against the header.
///
/// The providers are asked in their order, and only for wrapped keys of their own id that they
/// accept: a remote one for the first of these, any other for all of them (FORMAT.md K-06, K-07).
/// A failure moves on.
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

/// As [`unwrap_dek`], by a function of the caller's that asks a provider. `accept` also learns the
/// index of the provider, and what it was asked for.
pub(crate) fn unwrap_by<'a, D, T>(
    header: &Header<'a>,
    providers: &[&dyn KeyProvider],
    unwrap: impl Fn(&dyn KeyProvider, WrappedKeyRef<'_>) -> Result<D, ProviderError>,
    mut accept: impl FnMut(D, usize, WrappedKeyRef<'a>) -> Result<T>,
) -> Result<T> {
    let mut attempts = Vec::new();
    let mut wrong_dek = None;
    for (index, provider) in providers.iter().enumerate() {
        for key in matching_keys(header, *provider) {
            match unwrap(*provider, key) {
                Ok(dek) => match accept(dek, index, key) {
                    Ok(opened) => return Ok(opened),
                    Err(error) => wrong_dek = Some(error),
                },
                Err(error) => {
                    let KeyName { provider_id, key_id } = KeyName::from(key);
                    attempts.push(Attempt { provider_id, key_id, error });
                }
            }
        }
    }
    Err(match wrong_dek {
        Some(error) => error,
        None if attempts.is_empty() => Error::NoMatchingKey(mismatch(header, providers)),
        None => failed(attempts),
    })
}

/// The wrapped keys that this provider is asked for.
fn matching_keys<'a>(
    header: &Header<'a>,
    provider: &dyn KeyProvider,
) -> impl Iterator<Item = WrappedKeyRef<'a>> {
    let most = if provider.is_remote() { 1 } else { usize::MAX };
    header
        .wrapped_keys()
        .filter(|key| key.provider_id == provider.provider_id() && provider.accepts(key.key_id))
        .take(most)
}

fn mismatch(header: &Header<'_>, providers: &[&dyn KeyProvider]) -> KeyMismatch {
    let offered = providers.iter().map(|provider| wrap_key(*provider));
    KeyMismatch::new(header.wrapped_keys().map(KeyName::from).collect(), offered.collect())
}

/// The one error for all attempts. FORMAT.md K-07: a KMS that failed outweighs a wrapped key that
/// did not open; a DEK that did not fit the header would outweigh both.
fn failed(attempts: Vec<Attempt>) -> Error {
    if attempts.iter().all(|attempt| attempt.error.is_rejection()) {
        Error::KeyUnwrap(attempts.into())
    } else {
        Error::ProviderFailed(attempts.into())
    }
}
