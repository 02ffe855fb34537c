//! Caches of data keys, so that not every message costs a KMS call.
//!
//! [`CachingProvider`] decorates one provider and works wherever a provider does.
//! [`CachingEncryptor`] and [`CachingDecryptor`] also keep the header: they are the fast path for
//! many small messages.
//!
//! Every message still has a random salt and therefore its own keys. The limits bound how much data
//! one leaked DEK opens, and how long a key still works after the KMS revoked it.

mod decryptor;
mod encryptor;
mod hit;
mod limits;
mod material;
mod provider;
mod single_flight;
mod store;
mod waits;

pub use decryptor::CachingDecryptor;
pub use encryptor::CachingEncryptor;
pub use limits::{CacheLimits, CacheStats};
pub use provider::CachingProvider;

use std::time::{Duration, Instant};

/// A monotonic clock: the time since some fixed moment.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The system's monotonic clock.
fn system_clock() -> impl Fn() -> Duration + Send + Sync + 'static {
    let start = Instant::now();
    move || start.elapsed()
}
