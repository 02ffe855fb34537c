//! What the host brings: something that wraps and unwraps DEKs.

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
/// Only DEKs cross this trait; the key encryption key stays with the KMS. A provider is asked at
/// most once per object.
pub trait KeyProvider: Send + Sync {
    /// Names the kind of provider in headers, such as `aws-kms`; at most 128 bytes.
    fn provider_id(&self) -> &str;

    /// Whether this provider was configured with the key of this id. A provider is never asked
    /// to unwrap with a key that only the header names.
    fn accepts(&self, key_id: &str) -> bool;

    /// The key that [`KeyProvider::wrap`] wraps with, as the header will name it, where the
    /// provider knows that beforehand. Errors of a wrap that fails name it.
    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether a call leaves this machine, which costs time, money or a line in a log. A remote
    /// provider is asked once for an opened object, for the first wrapped key that it accepts. A
    /// local one is asked for every wrapped key that it accepts, until one opens.
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
    /// [`ProviderError::Rejected`] if it does not open under its key and this context;
    /// [`ProviderError::Denied`] and [`ProviderError::Failed`] with the KMS's own error.
    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError>;

    /// Makes and wraps a fresh DEK in one call, where the KMS offers that.
    ///
    /// With `None`, the default, the DEK is made locally and wrapped by [`KeyProvider::wrap`].
    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let _ = call;
        None
    }

    /// Prepares a wrap that may be done on another thread while other providers do theirs: for
    /// providers that wait for a network. Called on the thread that encrypts, with feature `std`
    /// and where several providers wrap.
    ///
    /// With `None`, the default, [`KeyProvider::wrap`] is called on the thread that encrypts.
    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        let _ = (dek, context);
        None
    }

    /// The observer of this provider's key, so that a cache in front of it can report its hits:
    /// [`AuditedProvider`](crate::audit::AuditedProvider) has one. A provider in front of another
    /// one passes the question on.
    fn observer(&self) -> Option<&dyn KeyObserver> {
        None
    }
}

/// A wrap that any thread may do, with a call for the context that it was prepared for.
pub type ConcurrentWrap<'a> =
    Box<dyn FnOnce(&mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> + Send + 'a>;

/// The key that a provider wraps with, as far as it says.
pub(crate) fn wrap_key(provider: &dyn KeyProvider) -> KeyName {
    let key_id = provider.wrap_key_id().unwrap_or_default().into_owned();
    KeyName { provider_id: provider.provider_id().to_owned(), key_id }
}
