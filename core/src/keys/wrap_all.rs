//! One DEK wrapped by several providers.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use super::wrap_outcome::{Outcome, is_cancellation, outcome_of};
use super::{KeyProvider, ProviderCall, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{Attempt, Error, Result};
use crate::format::context::ContextRef;

/// Which providers must have wrapped the DEK of a new object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Require {
    /// All of them: no key of an object is ever missing.
    #[default]
    All,
    /// One of them.
    Any,
}

/// The outcomes so far.
struct Wraps {
    require: Require,
    keys: Vec<WrappedKey>,
    failed: Vec<Attempt>,
    /// Whether the host wants no more of it: then the other keys are not enough.
    is_cancelled: bool,
}

impl Wraps {
    const fn new(require: Require) -> Self {
        Wraps { require, keys: Vec::new(), failed: Vec::new(), is_cancelled: false }
    }

    fn take(&mut self, outcome: Outcome) {
        match outcome {
            Ok(key) => self.keys.push(key),
            Err(attempt) => {
                self.is_cancelled |= is_cancellation(&attempt.error);
                self.failed.push(attempt);
            }
        }
    }

    /// Whether nothing that comes can change the end.
    fn is_lost(&self) -> bool {
        self.is_cancelled || (self.require == Require::All && !self.failed.is_empty())
    }

    /// Asks these providers, too: those that wait for a network at the same time.
    fn ask(&mut self, dek: &Dek, providers: &[&dyn KeyProvider], context: ContextRef<'_>) {
        #[cfg(feature = "std")]
        if let Some(outcomes) = super::wrap_concurrent::wrap_concurrently(dek, providers, context) {
            return outcomes.into_iter().for_each(|outcome| self.take(outcome));
        }
        for provider in providers {
            if self.is_lost() {
                return;
            }
            self.take(outcome_of(*provider, provider.wrap(dek, &mut context.into())));
        }
    }

    /// The wrapped keys, or one error that names everyone who failed.
    fn finish(self) -> Result<Vec<WrappedKey>> {
        let is_enough = !self.is_lost() && (self.failed.is_empty() || !self.keys.is_empty());
        if is_enough { Ok(self.keys) } else { Err(Error::ProviderFailed(self.failed.into())) }
    }
}

/// Makes a DEK and has every provider wrap it; the first may generate it.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a provider;
/// [`Error::ProviderFailed`](crate::Error::ProviderFailed) if any provider fails: no key of an object
/// is ever missing; [`Error::Randomness`](crate::Error::Randomness).
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

/// Makes a DEK and has the providers wrap it; the first may generate it.
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
        return Err(Error::ProviderFailed(wraps.failed.into()));
    }
    let dek = dek.map_or_else(|| Dek::generate(rng), Ok)?;
    wraps.ask(&dek, rest, context);
    Ok((dek, wraps.finish()?))
}

/// Has every provider wrap `dek`.
///
/// Providers that wait for a network are asked at the same time ([`KeyProvider::concurrent_wrap`]).
///
/// # Errors
/// [`Error::ProviderFailed`] if any of them fails.
pub fn wrap_dek(
    dek: &Dek,
    providers: &[&dyn KeyProvider],
    context: ContextRef<'_>,
) -> Result<Vec<WrappedKey>> {
    let mut wraps = Wraps::new(Require::All);
    wraps.ask(dek, providers, context);
    wraps.finish()
}
