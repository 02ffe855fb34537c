//! Wrapping one DEK with several providers.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use super::wrap_outcome::{Require, Wraps, outcome_of};
use super::{KeyProvider, ProviderCall, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, Result};
use crate::format::context::ContextRef;

/// Makes a DEK and wraps it with every provider; the first may generate it.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a provider;
/// [`Error::ProviderFailed`](crate::Error::ProviderFailed) if any provider fails, so that no
/// wrapped key of an object is ever missing; [`Error::Randomness`](crate::Error::Randomness).
pub fn generate_dek<R: TryCryptoRng + ?Sized>(
    providers: &[&dyn KeyProvider],
    context: ContextRef<'_>,
    rng: &mut R,
) -> Result<(Dek, Vec<WrappedKey>)> {
    generate_dek_for(providers, context, None, rng)
}

/// As [`generate_dek`], for a message whose plaintext has this many bytes, if that is known.
///
/// # Errors
/// As [`generate_dek`].
pub fn generate_dek_for<R: TryCryptoRng + ?Sized>(
    providers: &[&dyn KeyProvider],
    context: ContextRef<'_>,
    plaintext_len: Option<u64>,
    rng: &mut R,
) -> Result<(Dek, Vec<WrappedKey>)> {
    generate_required(providers, context, plaintext_len, Require::All, rng)
}

/// Makes a DEK and wraps it with the providers; the first may generate it.
pub(crate) fn generate_required<R: TryCryptoRng + ?Sized>(
    providers: &[&dyn KeyProvider],
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
        let Some(generated) = first.generate(&mut call) else { break };
        let (made, key) =
            generated.map_or_else(|e| (None, Err(e)), |(dek, key)| (Some(dek), Ok(key)));
        wraps.take(outcome_of(*first, key));
        (dek, rest) = (made, others);
    }
    if wraps.is_lost() || (dek.is_none() && rest.is_empty()) {
        return Err(wraps.into_error());
    }
    let dek = dek.map_or_else(|| Dek::generate(rng), Ok)?;
    ask(&mut wraps, &dek, rest, context);
    Ok((dek, wraps.finish()?))
}

/// Wraps `dek` with every provider.
///
/// With the feature `std`, providers that wait for a network are asked at the same time, on threads
/// that this call starts and joins ([`KeyProvider::concurrent_wrap`]). Others are asked one after
/// the other.
///
/// # Errors
/// [`Error::ProviderFailed`] if any of them fails.
pub fn wrap_dek(
    dek: &Dek,
    providers: &[&dyn KeyProvider],
    context: ContextRef<'_>,
) -> Result<Vec<WrappedKey>> {
    let mut wraps = Wraps::new(Require::All);
    ask(&mut wraps, dek, providers, context);
    wraps.finish()
}

/// Asks these providers, those that wait for a network at the same time.
fn ask(wraps: &mut Wraps, dek: &Dek, providers: &[&dyn KeyProvider], context: ContextRef<'_>) {
    #[cfg(feature = "std")]
    if let Some(outcomes) = super::wrap_concurrent::wrap_concurrently(dek, providers, context) {
        return outcomes.into_iter().for_each(|outcome| wraps.take(outcome));
    }
    for provider in providers {
        if wraps.is_lost() {
            return;
        }
        wraps.take(outcome_of(*provider, provider.wrap(dek, &mut context.into())));
    }
}
