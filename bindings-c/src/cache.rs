//! A cache of DEKs in front of a provider.

use std::sync::Arc;
use std::time::Duration;

use sealwax::{CacheLimits, CachingProvider, KeyProvider};

use crate::failure::sealwax_code;
use crate::panic_boundary::entry;
use crate::provider::sealwax_provider;

/// Keeps DEKs in front of a provider, so that not every message costs a call of the KMS.
///
/// Encryption: messages with equal contexts share a DEK within the limits. Decryption: unwrapped
/// DEKs are kept. If many threads miss at once, the KMS is called once. A leaked DEK opens all
/// messages that share it. A key that was revoked in the KMS still works until the maximum age
/// is reached. Any number of threads can use a cache.
pub struct sealwax_dek_cache {
    inner: Arc<CachingProvider<Arc<dyn KeyProvider>>>,
}

/// Counters of a cache since it was made, for both directions together.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_cache_stats {
    /// `sizeof(sealwax_cache_stats)`, set by the caller: `SEALWAX_CACHE_STATS_INIT`.
    pub struct_size: usize,
    /// Requests answered by a DEK in the cache, or by a call that was already running.
    pub hits: u64,
    /// Requests that called the provider and kept the DEK.
    pub misses: u64,
    /// Requests that called the provider and did not keep the DEK, such as messages of unknown
    /// length.
    pub bypassed: u64,
    /// DEKs that were removed because of a limit.
    pub evictions: u64,
    /// DEKs in the cache now.
    pub entries: u64,
}

growing!(sealwax_cache_stats, entries: u64);

/// Makes a cache in front of `provider`, which can be freed. Each direction keeps at most
/// `capacity` DEKs, each for at most `max_age_ms` milliseconds, `max_messages` messages and
/// `max_bytes` bytes of plaintext. 0 for the last two means 65,536 messages and 64 GiB. Free it
/// with `sealwax_dek_cache_free`.
///
/// A callback of `provider` that requests from the cache the DEK which the cache is requesting from
/// it fails with `SEALWAX_ERR_PROVIDER_FAILED`. It must not wait for another thread that does so:
/// the library cannot detect that, and both threads would wait for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_new(
    provider: *const sealwax_provider,
    capacity: usize,
    max_age_ms: u64,
    max_messages: u64,
    max_bytes: u64,
    out_cache: *mut *mut sealwax_dek_cache,
) -> sealwax_code {
    entry(|| {
        let (provider, out) = (object!(provider), out!(out_cache));
        let mut limits = CacheLimits::new(capacity, Duration::from_millis(max_age_ms));
        if max_messages != 0 {
            limits = limits.max_messages(max_messages);
        }
        if max_bytes != 0 {
            limits = limits.max_bytes(max_bytes);
        }
        let inner = Arc::new(CachingProvider::new(Arc::clone(&provider.inner), limits)?);
        out.give(sealwax_dek_cache { inner })
    })
}

/// The cache as a provider, for every call that takes providers. When encrypting with several
/// providers, it saves calls only as the first one. It keeps the cache alive. Free it with
/// `sealwax_provider_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_provider(
    cache: *const sealwax_dek_cache,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (cache, out) = (object!(cache), out!(out_provider));
        out.give(sealwax_provider::of(Arc::clone(&cache.inner)))
    })
}

/// Reads the counters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_stats(
    cache: *const sealwax_dek_cache,
    out_stats: *mut sealwax_cache_stats,
) -> sealwax_code {
    entry(|| {
        let (cache, out) = (object!(cache), out_sized!(out_stats));
        let (one, other) = (cache.inner.encrypt_stats(), cache.inner.decrypt_stats());
        out.set(sealwax_cache_stats {
            struct_size: size_of::<sealwax_cache_stats>(),
            hits: one.hits + other.hits,
            misses: one.misses + other.misses,
            bypassed: one.bypassed + other.bypassed,
            evictions: one.evictions + other.evictions,
            entries: (one.entries + other.entries) as u64,
        })
    })
}

/// Wipes all DEKs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_clear(cache: *const sealwax_dek_cache) -> sealwax_code {
    entry(|| {
        object!(cache).inner.clear();
        Ok(())
    })
}

/// Wipes the DEKs that are too old. Call it by a timer where the cache may be idle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_remove_expired(
    cache: *const sealwax_dek_cache,
) -> sealwax_code {
    entry(|| {
        object!(cache).inner.remove_expired();
        Ok(())
    })
}

/// Frees a cache. Providers made of it keep working, and the last one wipes the DEKs when it is
/// freed. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_dek_cache_free(cache: *mut sealwax_dek_cache) {
    entry(|| free!(cache));
}
