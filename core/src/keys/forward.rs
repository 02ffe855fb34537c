//! A reference to a provider, or a box of one, is a provider.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::sync::Arc;

use super::{ConcurrentWrap, KeyProvider, WrappedKey};
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

            fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
                (**self).wrap(dek, context)
            }

            fn unwrap(
                &self,
                wrapped: WrappedKeyRef<'_>,
                context: ContextRef<'_>,
            ) -> Result<Dek, ProviderError> {
                (**self).unwrap(wrapped, context)
            }

            fn generate(
                &self,
                context: ContextRef<'_>,
            ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
                (**self).generate(context)
            }

            fn generate_for(
                &self,
                context: ContextRef<'_>,
                plaintext_len: Option<u64>,
            ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
                (**self).generate_for(context, plaintext_len)
            }

            fn concurrent_wrap<'a>(
                &'a self,
                dek: &'a Dek,
                context: ContextRef<'a>,
            ) -> Option<ConcurrentWrap<'a>> {
                (**self).concurrent_wrap(dek, context)
            }
        }
    )*};
}

forward!(&P, Box<P>, Arc<P>);
