//! A cache of data keys with their headers, for many messages and several providers.

use std::sync::Arc;
use std::time::Duration;

use super::hit::tell_hit;
use super::limits::{CacheLimits, CacheStats};
use super::material::Material;
use super::single_flight::Cache;
use super::store::Cost;
use crate::crypto::rng::SysRng;
use crate::engine::encrypt::{EncryptHandle, EncryptOptions};
use crate::error::{Error, Result};
use crate::keys::{KeyProvider, generate_dek_for};

/// Encrypts messages with as few KMS calls as the [`CacheLimits`] allow.
///
/// For each encryption context it makes one data key, wraps it with all providers, and keeps it
/// with its encoded header. A message then costs one key derivation and its encryption. Different
/// contexts never share a data key. Threads can share the cache; each provider is called once, even
/// if several threads need the same data key at once. A hit is an [audit](crate::audit) event of
/// the first provider.
///
/// ```
/// use sealwax::{CacheLimits, CachingEncryptor, EncryptOptions, EncryptionContext, Kek, LocalKek};
/// use std::time::Duration;
/// # let kms = LocalKek::new(Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// let limits = CacheLimits::new(100, Duration::from_secs(300));
/// let encryptor = CachingEncryptor::new(vec![Box::new(kms)], limits)?;
/// for tenant in ["blue", "green", "blue"] {
///     let context = EncryptionContext::from_pairs([("tenant", tenant)])?;
///     encryptor.encrypt(b"high water 18:42", &EncryptOptions::new().context(context))?;
/// }
/// assert_eq!((encryptor.stats().misses, encryptor.stats().hits), (2, 1));
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// # Security
/// As [`CachingProvider`](super::CachingProvider). Envelopes without metadata that share a data key
/// have equal headers, so an attacker who can write to the storage can swap them. If that matters,
/// name the object in the associated data.
pub struct CachingEncryptor<'p> {
    providers: Vec<Box<dyn KeyProvider + 'p>>,
    cache: Cache<Material, Error>,
}

impl<'p> CachingEncryptor<'p> {
    /// A cache for these providers; the first may generate the data keys.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a provider or if a limit is 0.
    pub fn new(providers: Vec<Box<dyn KeyProvider + 'p>>, limits: CacheLimits) -> Result<Self> {
        Self::with_clock(providers, limits, super::system_clock())
    }

    /// As [`CachingEncryptor::new`], with the caller's monotonic clock: the time since any fixed
    /// moment.
    ///
    /// # Errors
    /// As [`CachingEncryptor::new`].
    pub fn with_clock(
        providers: Vec<Box<dyn KeyProvider + 'p>>,
        limits: CacheLimits,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Result<Self> {
        if providers.is_empty() {
            return Err(Error::InvalidArgument("at least one key provider is needed"));
        }
        Ok(CachingEncryptor { providers, cache: Cache::with_clock(limits, Box::new(clock))? })
    }

    /// The handle for one message of `plaintext_len` bytes, which counts against the limits.
    ///
    /// Messages with metadata or padding get their own header under the data key of their context.
    ///
    /// # Errors
    /// [`Error::ProviderFailed`] if any provider fails; as [`EncryptHandle::new`].
    ///
    /// # Security
    /// A caller that keeps the handle for more messages bypasses the limits.
    pub fn handle(
        &self,
        plaintext_len: u64,
        options: &EncryptOptions<'_>,
    ) -> Result<Arc<EncryptHandle>> {
        let context = options.encryption_context();
        let cost = Cost::Message(Some(plaintext_len));
        let got = self.cache.get(context.as_bytes(), cost, || self.make(options))?;
        // All providers have wrapped, so the first wrapped key is that of the first provider.
        if let (Some(waited), Some(provider)) = (got.hit, self.providers.first()) {
            tell_hit(provider, got.value.key_id(), context, waited);
        }
        got.value.handle(plaintext_len, options)
    }

    /// Encrypts a message into a new buffer.
    ///
    /// # Errors
    /// As [`CachingEncryptor::handle`] and [`EncryptHandle::encrypt`].
    pub fn encrypt(&self, plaintext: &[u8], options: &EncryptOptions<'_>) -> Result<Vec<u8>> {
        let handle = self.handle(plaintext.len() as u64, options)?;
        handle.encrypt(plaintext, options.associated_data, &mut SysRng)
    }

    /// Statistics of the requests for data keys.
    pub fn stats(&self) -> CacheStats {
        self.cache.stats()
    }

    /// Wipes all data keys.
    pub fn clear(&self) {
        self.cache.clear(false);
    }

    /// Wipes expired data keys. Call it from a timer if the cache may be idle.
    pub fn remove_expired(&self) {
        self.cache.clear(true);
    }

    fn make(&self, options: &EncryptOptions<'_>) -> Result<Material> {
        let providers: Vec<&dyn KeyProvider> = self.providers.iter().map(AsRef::as_ref).collect();
        let context = options.encryption_context();
        let (dek, wrapped_keys) = generate_dek_for(&providers, context, None, &mut SysRng)?;
        Ok(Material::new(dek, wrapped_keys))
    }
}

impl core::fmt::Debug for CachingEncryptor<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CachingEncryptor")
            .field("providers", &self.providers.len())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
