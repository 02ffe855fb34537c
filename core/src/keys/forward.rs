//! References to providers and boxed providers are providers.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::sync::Arc;

use super::key_use::KeyObserver;
use super::{ConcurrentWrap, KeyProvider, ProviderCall, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::{ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::WrappedKeyRef;

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<P: KeyProvider + ?Sized> KeyProvider for $pointer {
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

            fn wrap(
                &self,
                dek: &Dek,
                call: &mut ProviderCall<'_>,
            ) -> Result<WrappedKey, ProviderError> {
                (**self).wrap(dek, call)
            }

            fn unwrap(
                &self,
                wrapped: WrappedKeyRef<'_>,
                call: &mut ProviderCall<'_>,
            ) -> Result<Dek, ProviderError> {
                (**self).unwrap(wrapped, call)
            }

            fn generate(
                &self,
                call: &mut ProviderCall<'_>,
            ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
                (**self).generate(call)
            }

            fn concurrent_wrap<'a>(
                &'a self,
                dek: &'a Dek,
                context: ContextRef<'a>,
            ) -> Option<ConcurrentWrap<'a>> {
                (**self).concurrent_wrap(dek, context)
            }

            fn observer(&self) -> Option<&dyn KeyObserver> {
                (**self).observer()
            }
        }
    )*};
}

forward!(&P, Box<P>, Arc<P>);
