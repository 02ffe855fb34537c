//! How long and how often a data key may be used again, and what came of it.

use std::time::Duration;

use crate::error::{Error, Result};

/// When a cached data key is given up. The first limit that is reached counts.
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
    /// At most `capacity` data keys, each for at most `max_age`; 65,536 messages and 64 GiB for
    /// each.
    ///
    /// The age is that of the data key, not the time since its last use. Time during which the
    /// machine sleeps may not count.
    pub const fn new(capacity: usize, max_age: Duration) -> Self {
        CacheLimits { capacity, max_age, max_messages: 1 << 16, max_bytes: 1 << 36 }
    }

    /// How many messages one data key may encrypt.
    pub const fn max_messages(mut self, max_messages: u64) -> Self {
        self.max_messages = max_messages;
        self
    }

    /// How many bytes of plaintext one data key may encrypt. A longer message gets a data key of
    /// its own, which is not kept.
    pub const fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Refuses limits under which nothing could ever be kept.
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

/// What a cache has done since it was made. Every count but `entries` only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Requests that a key which was there, or a call that was under way, has answered.
    pub hits: u64,
    /// Requests that called the provider and kept what it returned.
    pub misses: u64,
    /// Requests that called the provider and kept nothing: messages of unknown length, or longer
    /// than the limit of bytes.
    pub bypassed: u64,
    /// Keys that were given up, for whichever limit.
    pub evictions: u64,
    /// Keys that are there now.
    pub entries: usize,
}
