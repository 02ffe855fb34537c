//! Async providers, for hosts with an async runtime.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::future::{Future, ready};
use core::pin::Pin;

use super::{KeyProvider, LocalKek, ProviderCall, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{ProviderError, Result};
use crate::format::header::WrappedKeyRef;

/// The future that an [`AsyncKeyProvider`] returns. Dropping it before it is ready cancels the
/// call.
pub type ProviderFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// A [`KeyProvider`] whose calls return futures instead of blocking. Any runtime can poll them.
///
/// The rules are those of [`KeyProvider`]. [`LocalKek`] implements both traits.
///
/// ```
/// use sealwax::{
///     AsyncKeyProvider, Dek, LocalKek, ProviderCall, ProviderFuture, WrappedKey, WrappedKeyRef,
/// };
///
/// /// Waits for a network in real life.
/// struct Kms(LocalKek);
///
/// impl AsyncKeyProvider for Kms {
///     fn provider_id(&self) -> &str {
///         self.0.provider_id()
///     }
///
///     fn accepts(&self, key_id: &str) -> bool {
///         self.0.accepts(key_id)
///     }
///
///     fn wrap<'a>(
///         &'a self,
///         dek: &'a Dek,
///         call: &'a mut ProviderCall<'_>,
///     ) -> ProviderFuture<'a, WrappedKey> {
///         Box::pin(async move { self.0.wrap(dek, call).await })
///     }
///
///     fn unwrap<'a>(
///         &'a self,
///         wrapped: WrappedKeyRef<'a>,
///         call: &'a mut ProviderCall<'_>,
///     ) -> ProviderFuture<'a, Dek> {
///         Box::pin(async move { self.0.unwrap(wrapped, call).await })
///     }
/// }
/// ```
pub trait AsyncKeyProvider: Send + Sync {
    /// As [`KeyProvider::provider_id`].
    fn provider_id(&self) -> &str;

    /// As [`KeyProvider::accepts`].
    fn accepts(&self, key_id: &str) -> bool;

    /// As [`KeyProvider::wrap_key_id`].
    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// As [`KeyProvider::is_remote`].
    fn is_remote(&self) -> bool {
        true
    }

    /// Wraps `dek`. If several providers wrap, their futures are polled in turn, so all of them
    /// wait at the same time.
    ///
    /// # Errors
    /// As [`KeyProvider::wrap`].
    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey>;

    /// Unwraps a wrapped key of this provider.
    ///
    /// # Errors
    /// As [`KeyProvider::unwrap`].
    fn unwrap<'a>(
        &'a self,
        wrapped: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek>;

    /// As [`KeyProvider::generate`]; with `None`, the default answer, the DEK is generated locally.
    fn generate<'a>(
        &'a self,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Option<(Dek, WrappedKey)>> {
        let _ = call;
        Box::pin(ready(Ok(None)))
    }
}

/// Every future is ready at its first poll, because nothing leaves this process.
impl AsyncKeyProvider for LocalKek {
    fn provider_id(&self) -> &str {
        KeyProvider::provider_id(self)
    }

    fn accepts(&self, key_id: &str) -> bool {
        KeyProvider::accepts(self, key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        KeyProvider::wrap_key_id(self)
    }

    fn is_remote(&self) -> bool {
        KeyProvider::is_remote(self)
    }

    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        Box::pin(ready(KeyProvider::wrap(self, dek, call)))
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        Box::pin(ready(KeyProvider::unwrap(self, wrapped, call)))
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<P: AsyncKeyProvider + ?Sized> AsyncKeyProvider for $pointer {
            fn provider_id(&self) -> &str {
                (**self).provider_id()
            }

            fn accepts(&self, key_id: &str) -> bool {
                (**self).accepts(key_id)
            }

            fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
                (**self).wrap_key_id()
            }

            fn is_remote(&self) -> bool {
                (**self).is_remote()
            }

            fn wrap<'a>(
                &'a self,
                dek: &'a Dek,
                call: &'a mut ProviderCall<'_>,
            ) -> ProviderFuture<'a, WrappedKey> {
                (**self).wrap(dek, call)
            }

            fn unwrap<'a>(
                &'a self,
                wrapped: WrappedKeyRef<'a>,
                call: &'a mut ProviderCall<'_>,
            ) -> ProviderFuture<'a, Dek> {
                (**self).unwrap(wrapped, call)
            }

            fn generate<'a>(
                &'a self,
                call: &'a mut ProviderCall<'_>,
            ) -> ProviderFuture<'a, Option<(Dek, WrappedKey)>> {
                (**self).generate(call)
            }
        }
    )*};
}

forward!(&P, Box<P>, Arc<P>);
