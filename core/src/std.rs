//! What needs an operating system: files, adapters for streams, readers at any offset, threads.

#[cfg(any(unix, windows))]
pub mod file;
pub mod io;
pub mod parallel;
pub mod read_at;
mod workers;
