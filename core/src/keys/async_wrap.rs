//! Wrapping one DEK with several async providers.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::task::Poll;

use rand_core::TryCryptoRng;

use super::wrap_outcome::{Outcome, Require, Wraps};
use super::{AsyncKeyProvider, ProviderCall, ProviderFuture, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{Attempt, Error, KeyName, ProviderError, Result};
use crate::format::context::ContextRef;

/// As [`wrap_dek`](crate::wrap_dek), with async providers, all at the same time.
///
/// # Errors
/// [`Error::ProviderFailed`] if any of them fails.
pub async fn wrap_dek_async(
    dek: &Dek,
    providers: &[&dyn AsyncKeyProvider],
    context: ContextRef<'_>,
) -> Result<Vec<WrappedKey>> {
    let mut wraps = Wraps::new(Require::All);
    ask_all(&mut wraps, dek, providers, context).await;
    wraps.finish()
}

/// As `generate_required`: the first provider may generate the DEK.
pub(crate) async fn generate_required_async<R: TryCryptoRng + ?Sized>(
    providers: &[&dyn AsyncKeyProvider],
    context: ContextRef<'_>,
    plaintext_len: Option<u64>,
    require: Require,
    rng: &mut R,
) -> Result<(Dek, Vec<WrappedKey>)> {
    if providers.is_empty() {
        return Err(Error::InvalidArgument("at least one key provider is needed"));
    }
    let (mut wraps, mut dek, mut rest) = (Wraps::new(require), None, providers);
    while let (None, false, Some((first, others))) = (&dek, wraps.is_lost(), rest.split_first()) {
        let mut call = ProviderCall::new(context).with_plaintext_len(plaintext_len);
        let (made, key) = match first.generate(&mut call).await {
            Ok(None) => break,
            Ok(Some((made, key))) => (Some(made), Ok(key)),
            Err(error) => (None, Err(error)),
        };
        wraps.take(checked(*first, key));
        (dek, rest) = (made, others);
    }
    if wraps.is_lost() || (dek.is_none() && rest.is_empty()) {
        return Err(wraps.into_error());
    }
    let dek = dek.map_or_else(|| Dek::generate(rng), Ok)?;
    ask_all(&mut wraps, &dek, rest, context).await;
    Ok((dek, wraps.finish()?))
}

async fn ask_all(
    wraps: &mut Wraps,
    dek: &Dek,
    providers: &[&dyn AsyncKeyProvider],
    context: ContextRef<'_>,
) {
    let mut calls: Vec<_> = providers.iter().map(|_| ProviderCall::new(context)).collect();
    let asked = providers.iter().zip(&mut calls).map(|(provider, call)| provider.wrap(dek, call));
    let answers = join_all(asked.collect()).await;
    for (provider, answer) in providers.iter().zip(answers) {
        wraps.take(checked(*provider, answer));
    }
}

fn checked(provider: &dyn AsyncKeyProvider, wrapped: Result<WrappedKey, ProviderError>) -> Outcome {
    let wrapped = wrapped.and_then(|key| key.check_provider_id(provider.provider_id()));
    wrapped.map_err(|error| {
        let KeyName { provider_id, key_id } = wrap_key_async(provider);
        Attempt { provider_id, key_id, error }
    })
}

/// As `wrap_key`.
pub(super) fn wrap_key_async(provider: &dyn AsyncKeyProvider) -> KeyName {
    let key_id = provider.wrap_key_id().unwrap_or_default().into_owned();
    KeyName { provider_id: provider.provider_id().to_owned(), key_id }
}

/// Waits for all futures at the same time and returns their outputs in the same order.
async fn join_all<T>(futures: Vec<ProviderFuture<'_, T>>) -> Vec<Result<T, ProviderError>> {
    let mut answers: Vec<Option<_>> = futures.iter().map(|_| None).collect();
    let mut futures: Vec<Option<_>> = futures.into_iter().map(Some).collect();
    poll_fn(|cx| {
        for (slot, answer) in futures.iter_mut().zip(&mut answers) {
            if let Some(future) = slot
                && let Poll::Ready(ready) = future.as_mut().poll(cx)
            {
                (*slot, *answer) = (None, Some(ready));
            }
        }
        if futures.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}
