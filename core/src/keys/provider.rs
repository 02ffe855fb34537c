//! The trait of providers, which wrap and unwrap DEKs.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;

use super::key_use::KeyObserver;
use super::{ProviderCall, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{KeyName, ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::WrappedKeyRef;

/// Wraps and unwraps DEKs through a KMS, an HSM or a key that the host holds.
///
/// Only DEKs cross this trait; the key encryption key stays in the KMS. A remote provider is asked
/// at most once per object.
pub trait KeyProvider: Send + Sync {
    /// The provider id in headers, such as `aws-kms`; at most 128 bytes.
    fn provider_id(&self) -> &str;

    /// Whether this provider is configured with the key of this id. A provider is never asked to
    /// unwrap with a key that only the header names.
    fn accepts(&self, key_id: &str) -> bool;

    /// The id of the key that [`KeyProvider::wrap`] wraps with, as the header will name it, if the
    /// provider knows it in advance. The error of a failed wrap names it.
    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether a call leaves this machine, which costs time, money or a log entry. A remote
    /// provider is asked once per object, for the first wrapped key that it accepts. A local one is
    /// asked for every wrapped key that it accepts, until one unwraps.
    fn is_remote(&self) -> bool {
        true
    }

    /// Wraps `dek` and binds the encryption context, if the KMS can.
    ///
    /// # Errors
    /// [`ProviderError::Denied`] and [`ProviderError::Failed`] with the KMS's own error.
    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError>;

    /// Unwraps a wrapped key of this provider.
    ///
    /// # Errors
    /// [`ProviderError::Rejected`] if it does not unwrap under its key and this context;
    /// [`ProviderError::Denied`] and [`ProviderError::Failed`] with the KMS's own error.
    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError>;

    /// Generates and wraps a fresh DEK in one call, if the KMS offers that.
    ///
    /// With `None`, the default, the DEK is generated locally and wrapped by [`KeyProvider::wrap`].
    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let _ = call;
        None
    }

    /// Prepares a wrap that may run on another thread while other providers wrap, for providers
    /// that wait for a network. It is called on the encrypting thread, with feature `std` and if
    /// several providers wrap.
    ///
    /// With `None`, the default, [`KeyProvider::wrap`] is called on the encrypting thread.
    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        let _ = (dek, context);
        None
    }

    /// The observer of this provider's key, to which a cache in front of it reports its hits.
    /// [`AuditedProvider`](crate::audit::AuditedProvider) has one. A decorator returns that of its
    /// inner provider.
    fn observer(&self) -> Option<&dyn KeyObserver> {
        None
    }
}

/// A wrap that any thread may run, with a call for the context that it was prepared for.
pub type ConcurrentWrap<'a> =
    Box<dyn FnOnce(&mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> + Send + 'a>;

/// The key that a provider wraps with, if it names one.
pub(crate) fn wrap_key(provider: &dyn KeyProvider) -> KeyName {
    let key_id = provider.wrap_key_id().unwrap_or_default().into_owned();
    KeyName { provider_id: provider.provider_id().to_owned(), key_id }
}
