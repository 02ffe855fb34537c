//! Wrapping DEKs: the providers that the host brings, and the local one.

mod forward;
mod key_file;
mod local_expansion;
mod local_kek;
mod unwrap_order;
mod wrap_all;
#[cfg(feature = "std")]
mod wrap_concurrent;

pub use local_expansion::LocalExpansion;
pub use local_kek::LocalKek;
#[cfg(feature = "std")]
pub(crate) use unwrap_order::unwrap_by;
pub(crate) use unwrap_order::unwrap_dek;
#[cfg(feature = "std")]
pub(crate) use wrap_all::check_provider_id;
pub use wrap_all::wrap_dek;
pub(crate) use wrap_all::{Require, failed_wrap, generate_required};

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use crate::crypto::secret_key::Dek;
use crate::error::{KeyName, ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::WrappedKeyRef;

/// A DEK as some provider wrapped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    provider_id: String,
    key_id: String,
    wrapped_dek: Vec<u8>,
}

impl WrappedKey {
    /// Takes what a KMS returned.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for an empty part,
    /// [`Error::LimitExceeded`](crate::Error::LimitExceeded) for an id or a
    /// wrapped DEK over its limit.
    pub fn new(
        provider_id: impl Into<String>,
        key_id: impl Into<String>,
        wrapped_dek: impl Into<Vec<u8>>,
    ) -> Result<Self> {
        let key = WrappedKey {
            provider_id: provider_id.into(),
            key_id: key_id.into(),
            wrapped_dek: wrapped_dek.into(),
        };
        key.view().check()?;
        Ok(key)
    }

    /// Borrows the wrapped key.
    pub fn view(&self) -> WrappedKeyRef<'_> {
        WrappedKeyRef {
            provider_id: &self.provider_id,
            key_id: &self.key_id,
            wrapped_dek: &self.wrapped_dek,
        }
    }
}

impl From<WrappedKeyRef<'_>> for WrappedKey {
    fn from(key: WrappedKeyRef<'_>) -> Self {
        WrappedKey {
            provider_id: key.provider_id.to_owned(),
            key_id: key.key_id.to_owned(),
            wrapped_dek: key.wrapped_dek.to_owned(),
        }
    }
}

/// Wraps and unwraps DEKs through a KMS, an HSM or a key that the host holds.
///
/// The key encryption key never comes near this crate; only DEKs cross this trait. A provider is
/// asked once per object or less.
pub trait KeyProvider: Send + Sync {
    /// Names the kind of provider in headers, such as `aws-kms`; at most 128 bytes.
    fn provider_id(&self) -> &str;

    /// Whether this provider was configured with the key of this id. A provider is never asked
    /// to unwrap under a stranger's key.
    fn accepts(&self, key_id: &str) -> bool;

    /// The key that [`KeyProvider::wrap`] wraps with, as the header will name it, where the
    /// provider knows that beforehand. Errors of a wrap that fails name it.
    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether a call leaves this machine, which costs time, money or a line in somebody's log.
    /// Such a provider is asked once for an opened object, for the first wrapped key that it
    /// accepts; one that is not remote is asked for all of them until one opens.
    fn is_remote(&self) -> bool {
        true
    }

    /// Wraps `dek` and binds the encryption context, if the KMS can.
    ///
    /// # Errors
    /// [`ProviderError::Failed`] with the KMS's own error.
    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError>;

    /// Unwraps a wrapped key of this provider.
    ///
    /// # Errors
    /// [`ProviderError::Rejected`] if it does not open under its key and this context;
    /// [`ProviderError::Failed`] with the KMS's own error.
    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError>;

    /// Makes and wraps a fresh DEK in one call, where the KMS offers that.
    ///
    /// `None`, the default, has the DEK made locally and wrapped by [`KeyProvider::wrap`].
    fn generate(
        &self,
        context: ContextRef<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let _ = context;
        None
    }

    /// As [`KeyProvider::generate`], for a message whose plaintext has this many bytes; `None` if
    /// nobody knows yet. A provider that hands out one DEK several times counts by it.
    fn generate_for(
        &self,
        context: ContextRef<'_>,
        plaintext_len: Option<u64>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let _ = plaintext_len;
        self.generate(context)
    }

    /// Prepares a wrap that may be done on another thread while other providers do theirs: for
    /// providers that wait for a network. Called on the thread that encrypts, with feature `std`
    /// and where several providers wrap.
    ///
    /// `None`, the default, has [`KeyProvider::wrap`] called on the thread that encrypts.
    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        let _ = (dek, context);
        None
    }
}

/// A wrap that any thread may do.
pub type ConcurrentWrap<'a> = Box<dyn FnOnce() -> Result<WrappedKey, ProviderError> + Send + 'a>;

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

/// The key that a provider wraps with, as far as it says.
pub(crate) fn wrap_key(provider: &dyn KeyProvider) -> KeyName {
    let key_id = provider.wrap_key_id().unwrap_or_default().into_owned();
    KeyName { provider_id: provider.provider_id().to_owned(), key_id }
}

impl From<WrappedKeyRef<'_>> for KeyName {
    fn from(key: WrappedKeyRef<'_>) -> Self {
        KeyName { provider_id: key.provider_id.to_owned(), key_id: key.key_id.to_owned() }
    }
}
