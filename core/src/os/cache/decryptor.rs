//! A cache of verified headers, for many envelopes that share them.

use std::sync::Arc;
use std::time::Duration;

use super::hit::tell_hit;
use super::limits::{CacheLimits, CacheStats};
use super::single_flight::Cache;
use super::store::Cost;
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::error::{Error, Result};
use crate::format::header::Header;
use crate::keys::{KeyProvider, ask, unwrap_by};

/// Decrypts envelopes with as few KMS calls as the [`CacheLimits`] allow.
///
/// The cache keeps verified headers; the key of an entry is the whole header. Envelopes of one
/// [`CachingEncryptor`](super::CachingEncryptor) or one [`EncryptHandle`](crate::EncryptHandle)
/// have equal headers, so each costs one key derivation and its decryption. The limits of messages
/// and bytes do not apply here, because they bound what one data key encrypts.
///
/// ```
/// use sealwax::{CacheLimits, CachingDecryptor, DecryptOptions, EncryptOptions, Kek, LocalKek};
/// use std::time::Duration;
/// # let kms = LocalKek::new(Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// # let envelope = sealwax::encrypt(b"high water", &[&kms], &EncryptOptions::new())?;
/// let limits = CacheLimits::new(1_000, Duration::from_secs(300));
/// let decryptor = CachingDecryptor::new(vec![Box::new(kms)], limits)?;
/// assert_eq!(decryptor.decrypt(&envelope, &DecryptOptions::new())?, b"high water");
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// # Security
/// A key that was revoked in the KMS still works here until `max_age`.
pub struct CachingDecryptor<'p> {
    providers: Vec<Box<dyn KeyProvider + 'p>>,
    cache: Cache<Opened, Error>,
}

/// A verified header, and the provider that unwrapped its DEK.
struct Opened {
    handle: Arc<DecryptHandle>,
    /// Index of the provider.
    provider: usize,
    key_id: String,
}

impl<'p> CachingDecryptor<'p> {
    /// A cache for these providers, which are asked in their order.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if a limit is 0.
    pub fn new(providers: Vec<Box<dyn KeyProvider + 'p>>, limits: CacheLimits) -> Result<Self> {
        Self::with_clock(providers, limits, super::system_clock())
    }

    /// As [`CachingDecryptor::new`], with the caller's monotonic clock: the time since any fixed
    /// moment.
    ///
    /// # Errors
    /// As [`CachingDecryptor::new`].
    pub fn with_clock(
        providers: Vec<Box<dyn KeyProvider + 'p>>,
        limits: CacheLimits,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Result<Self> {
        Ok(CachingDecryptor { providers, cache: Cache::with_clock(limits, Box::new(clock))? })
    }

    /// The handle for all messages with this header.
    ///
    /// # Errors
    /// As [`DecryptHandle::open`]. Failures are not cached.
    pub fn handle(
        &self,
        header: &[u8],
        options: &DecryptOptions<'_>,
    ) -> Result<Arc<DecryptHandle>> {
        let parsed = Header::parse(header)?;
        self.handle_of(&parsed, options)
    }

    /// Decrypts an envelope into a new buffer.
    ///
    /// # Errors
    /// As [`CachingDecryptor::handle`] and [`DecryptHandle::decrypt_body`].
    pub fn decrypt(&self, envelope: &[u8], options: &DecryptOptions<'_>) -> Result<Vec<u8>> {
        let (header, body) = Header::split(envelope)?;
        self.handle_of(&header, options)?.decrypt_body(body, options.associated_data)
    }

    fn handle_of(
        &self,
        header: &Header<'_>,
        options: &DecryptOptions<'_>,
    ) -> Result<Arc<DecryptHandle>> {
        // Checked for each caller, before the cache: another caller may have required other pairs.
        header.context().require(options.required_context.view())?;
        let got = self.cache.get(header.as_bytes(), Cost::Free, || self.open(header))?;
        let Opened { handle, provider, key_id } = &*got.value;
        if let (Some(waited), Some(provider)) = (got.hit, self.providers.get(*provider)) {
            tell_hit(provider, key_id, header.context(), waited);
        }
        Ok(Arc::clone(handle))
    }

    fn open(&self, header: &Header<'_>) -> Result<Opened> {
        let providers: Vec<&dyn KeyProvider> = self.providers.iter().map(AsRef::as_ref).collect();
        unwrap_by(header, &providers, ask(header), |dek, provider, key| {
            let handle = Arc::new(DecryptHandle::from_parsed(header, dek)?);
            Ok(Opened { handle, provider, key_id: key.key_id.to_owned() })
        })
    }

    /// Statistics of the requests for verified headers.
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
}

impl core::fmt::Debug for CachingDecryptor<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CachingDecryptor")
            .field("providers", &self.providers.len())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
