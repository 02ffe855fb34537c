//! How long and how often a cached data key may be used, and the statistics of that.

use std::time::Duration;

use crate::error::{Error, Result};

/// When a cache drops a data key. The first limit that is reached applies.
///
/// ```
/// use sealwax::CacheLimits;
/// use std::time::Duration;
/// let limits = CacheLimits::new(1_000, Duration::from_secs(60)).max_messages(10_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct CacheLimits {
    pub(super) capacity: usize,
    pub(super) max_age: Duration,
    pub(super) max_messages: u64,
    pub(super) max_bytes: u64,
}

impl CacheLimits {
    /// At most `capacity` data keys, each for at most `max_age`, 65,536 messages and 64 GiB.
    ///
    /// The age counts from the creation of the entry, not from its last use. Time during which the
    /// machine sleeps may not count.
    pub const fn new(capacity: usize, max_age: Duration) -> Self {
        CacheLimits { capacity, max_age, max_messages: 1 << 16, max_bytes: 1 << 36 }
    }

    /// How many messages one data key may encrypt.
    pub const fn max_messages(mut self, max_messages: u64) -> Self {
        self.max_messages = max_messages;
        self
    }

    /// How many bytes of plaintext one data key may encrypt. A longer message gets its own data
    /// key, which is not cached.
    pub const fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Rejects limits under which nothing could ever be cached.
    pub(super) fn check(&self) -> Result<()> {
        if self.capacity == 0
            || self.max_age.is_zero()
            || self.max_messages == 0
            || self.max_bytes == 0
        {
            return Err(Error::InvalidArgument("every limit of a cache is at least 1"));
        }
        Ok(())
    }
}

/// What a cache has done since it was created. Every count but `entries` only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Requests served by a cached key or by a call already in progress.
    pub hits: u64,
    /// Requests that called the provider and cached its result.
    pub misses: u64,
    /// Requests that called the provider and cached nothing: messages of unknown length, or longer
    /// than the limit of bytes.
    pub bypassed: u64,
    /// Keys dropped because of any limit.
    pub evictions: u64,
    /// Keys in the cache now.
    pub entries: usize,
}
