//! A cache in front of one provider.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::hit::tell_hit;
use super::limits::{CacheLimits, CacheStats};
use super::material::{Material, Unwrapped};
use super::single_flight::Cache;
use super::store::Cost;
use crate::crypto::rng::SysRng;
use crate::crypto::secret_key::Dek;
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::engine::encrypt::{EncryptHandle, EncryptOptions};
use crate::error::{Error, ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::{Header, WrappedKeyRef};
use crate::keys::audit::KeyObserver;
use crate::keys::{ConcurrentWrap, KeyProvider, ProviderCall, WrappedKey, failed_wrap, unwrap_by};

/// A caching decorator that calls the inner provider less often.
///
/// On encryption, messages with equal encryption contexts share a data key and its wrapped form,
/// within the [`CacheLimits`]; different contexts never share one. On decryption, the cache keeps a
/// data key by provider id, key id, context and wrapped bytes, for the same age. If several threads
/// miss at once, the KMS is called once and the others wait for that call. Data keys are wiped when
/// the cache drops them.
///
/// ```
/// use sealwax::{CacheLimits, CachingProvider, EncryptOptions, Kek, LocalKek, SysRng};
/// use std::time::Duration;
/// # let kms = LocalKek::new(Kek::generate(&mut SysRng)?, "example")?;
/// let limits = CacheLimits::new(100, Duration::from_secs(300));
/// let kms = CachingProvider::new(kms, limits)?;
/// for message in [b"high water", b"low water "] {
///     sealwax::encrypt(message, &[&kms], &EncryptOptions::new())?;
/// }
/// assert_eq!((kms.encrypt_stats().misses, kms.encrypt_stats().hits), (1, 1));
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// A message of unknown length (a stream) could exceed the limit of bytes, so it gets its own data
/// key. [`KeyProvider::wrap`] always calls the inner provider. Nothing is therefore cached in a
/// rewrap, or if this is not the first provider of a list;
/// [`CachingEncryptor`](super::CachingEncryptor) caches for several providers.
///
/// # Security
/// A leaked data key opens all messages that share it. A key that was revoked in the KMS still
/// works here until `max_age`. Expired keys are wiped at the next miss, or by
/// [`CachingProvider::remove_expired`].
pub struct CachingProvider<P> {
    inner: P,
    generated: Cache<Material, ProviderError>,
    unwrapped: Cache<Unwrapped, ProviderError>,
}

impl<P: KeyProvider> CachingProvider<P> {
    /// A cache in front of `inner`, with `capacity` entries for encryption and as many for
    /// decryption.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if a limit is 0.
    pub fn new(inner: P, limits: CacheLimits) -> Result<Self> {
        Ok(CachingProvider {
            inner,
            generated: Cache::new(limits)?,
            unwrapped: Cache::new(limits)?,
        })
    }

    /// As [`CachingProvider::new`], with the caller's monotonic clock: the time since any fixed
    /// moment.
    ///
    /// # Errors
    /// As [`CachingProvider::new`].
    pub fn with_clock(
        inner: P,
        limits: CacheLimits,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Result<Self> {
        let clock = Arc::new(clock);
        let same = Arc::clone(&clock);
        Ok(CachingProvider {
            inner,
            generated: Cache::with_clock(limits, Box::new(move || clock()))?,
            unwrapped: Cache::with_clock(limits, Box::new(move || same()))?,
        })
    }

    /// The inner provider.
    pub const fn inner(&self) -> &P {
        &self.inner
    }

    /// Statistics of the requests for new data keys.
    pub fn encrypt_stats(&self) -> CacheStats {
        self.generated.stats()
    }

    /// Statistics of the requests to unwrap data keys.
    pub fn decrypt_stats(&self) -> CacheStats {
        self.unwrapped.stats()
    }

    /// Wipes all data keys, for encryption and decryption.
    pub fn clear(&self) {
        self.generated.clear(false);
        self.unwrapped.clear(false);
    }

    /// Wipes expired data keys. Call it from a timer if the cache may be idle.
    pub fn remove_expired(&self) {
        self.generated.clear(true);
        self.unwrapped.clear(true);
    }

    /// The handle for one message of `plaintext_len` bytes, which counts against the limits, if
    /// this is the only provider.
    ///
    /// As a handle under [`KeyProvider::generate`], except that messages without metadata and
    /// padding also share the encoded header.
    ///
    /// # Errors
    /// [`Error::ProviderFailed`] if the inner provider fails; as [`EncryptHandle::new`].
    ///
    /// # Security
    /// A caller that keeps the handle for more messages bypasses the limits.
    pub fn handle(
        &self,
        plaintext_len: u64,
        options: &EncryptOptions<'_>,
    ) -> Result<Arc<EncryptHandle>> {
        let call = ProviderCall::new(options.encryption_context());
        let material = self.material(&mut call.with_plaintext_len(Some(plaintext_len)));
        let failed = |error| Error::ProviderFailed(vec![failed_wrap(&self.inner, error)].into());
        let material = material.map_err(failed)?;
        material.handle(plaintext_len, options)
    }

    /// The handle for all messages with this header, if this is the only provider.
    ///
    /// As [`DecryptHandle::open`] with this provider, except that envelopes with equal headers also
    /// share the verified header: each costs one key derivation and its decryption.
    ///
    /// # Errors
    /// As [`DecryptHandle::open`].
    pub fn decrypt_handle(
        &self,
        header: &[u8],
        options: &DecryptOptions<'_>,
    ) -> Result<Arc<DecryptHandle>> {
        let header = Header::parse(header)?;
        header.context().require(options.required_context.view())?;
        let unwrap = |_: &dyn KeyProvider, key: WrappedKeyRef<'_>| {
            self.unwrapped(key, &mut header.context().into())
        };
        unwrap_by(&header, &[self], unwrap, |unwrapped, _, _| unwrapped.handle(&header))
    }

    fn unwrapped(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Arc<Unwrapped>, ProviderError> {
        let key = unwrap_key(wrapped, call.context());
        let make = || self.inner.unwrap(wrapped, call).map(Unwrapped::new);
        let got = self.unwrapped.get(&key, Cost::Free, make)?;
        if let Some(waited) = got.hit {
            call.set_cache_hit();
            tell_hit(&self.inner, wrapped.key_id, call.context(), waited);
        }
        Ok(got.value)
    }

    fn material(&self, call: &mut ProviderCall<'_>) -> Result<Arc<Material>, ProviderError> {
        let (context, cost) = (call.context(), Cost::Message(call.plaintext_len()));
        let got = self.generated.get(context.as_bytes(), cost, || self.make(call))?;
        if let Some(waited) = got.hit {
            call.set_cache_hit();
            tell_hit(&self.inner, got.value.key_id(), context, waited);
        }
        Ok(got.value)
    }

    fn make(&self, call: &mut ProviderCall<'_>) -> Result<Material, ProviderError> {
        let (dek, wrapped) = if let Some(generated) = self.inner.generate(call) {
            generated?
        } else {
            let dek = Dek::generate(&mut SysRng).map_err(ProviderError::failed)?;
            let wrapped = self.inner.wrap(&dek, call)?;
            (dek, wrapped)
        };
        Ok(Material::new(dek, vec![wrapped.check_provider_id(self.inner.provider_id())?]))
    }
}

impl<P: KeyProvider> KeyProvider for CachingProvider<P> {
    fn provider_id(&self) -> &str {
        self.inner.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.inner.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.inner.wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        self.inner.is_remote()
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.inner.wrap(dek, call)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        Ok(self.unwrapped(wrapped, call)?.dek.duplicate())
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let generated = |material: Arc<Material>| {
            let key = material
                .wrapped_keys
                .first()
                .ok_or_else(|| ProviderError::failed("nothing was wrapped"))?;
            Ok((material.dek.duplicate(), key.clone()))
        };
        Some(self.material(call).and_then(generated))
    }

    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        self.inner.concurrent_wrap(dek, context)
    }

    fn observer(&self) -> Option<&dyn KeyObserver> {
        self.inner.observer()
    }
}

impl<P: KeyProvider> core::fmt::Debug for CachingProvider<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CachingProvider")
            .field("provider_id", &self.inner.provider_id())
            .field("encrypt_stats", &self.encrypt_stats())
            .field("decrypt_stats", &self.decrypt_stats())
            .finish_non_exhaustive()
    }
}

/// Everything that an unwrap depends on. Every part but the last has a length prefix, or is a
/// canonical context with its own, so no two requests have the same bytes.
fn unwrap_key(wrapped: WrappedKeyRef<'_>, context: ContextRef<'_>) -> Vec<u8> {
    let parts = [wrapped.provider_id.as_bytes(), wrapped.key_id.as_bytes(), context.as_bytes()];
    let len: usize = parts.iter().map(|part| 8 + part.len()).sum();
    let mut key = Vec::with_capacity(len + wrapped.wrapped_dek.len());
    for part in parts {
        key.extend_from_slice(&(part.len() as u64).to_be_bytes());
        key.extend_from_slice(part);
    }
    key.extend_from_slice(wrapped.wrapped_dek);
    key
}
