//! Everything that needs an operating system: caches of data keys, files, adapters for streams,
//! positional readers, threads.

#[cfg(feature = "async")]
pub mod async_io;
mod cache;
#[cfg(any(unix, windows))]
pub mod file;
pub mod io;
pub mod parallel;
mod process;
pub mod read_at;
mod workers;

pub use cache::{CacheLimits, CacheStats, CachingDecryptor, CachingEncryptor, CachingProvider};
pub use process::OwnProcess;
