//! Data keys kept for a while, so that not every message costs a call of the KMS.
//!
//! [`CachingProvider`] goes in front of one provider, for everything that takes providers.
//! [`CachingEncryptor`] and [`CachingDecryptor`] also keep the finished header: the fast path for
//! many small messages.
//!
//! Every message has a random salt and with it keys of its own, whatever the cache does; what
//! the limits bound is how much one leaked DEK opens, and how long a KMS that revokes a key can
//! still be passed by.

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

/// A clock that only goes forward: the time since some moment of its own.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The system's monotonic clock.
fn system_clock() -> impl Fn() -> Duration + Send + Sync + 'static {
    let start = Instant::now();
    move || start.elapsed()
}
