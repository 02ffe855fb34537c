//! The number and size of measurements.

use std::time::Duration;

use crate::sampler::Rounds;

/// Counts and lengths of all groups.
pub struct Scale {
    /// How calls of microseconds are compared.
    pub many: Rounds,
    /// How calls of milliseconds are compared.
    pub few: Rounds,
    /// Plaintext in memory, in bytes.
    pub buffer_len: usize,
    /// Plaintext of files that are copied, in bytes.
    pub file_len: u64,
    /// Plaintext of the file that is read at random offsets and rewrapped, in bytes.
    pub large_len: u64,
    /// How often a whole file is encrypted and copied.
    pub file_rounds: usize,
}

/// For figures.
pub const FULL: Scale = Scale {
    many: Rounds { count: 300, length: Duration::from_millis(4) },
    few: Rounds { count: 30, length: Duration::from_millis(1) },
    buffer_len: 256 << 20,
    file_len: 2 << 30,
    large_len: 4 << 30,
    file_rounds: 5,
};

/// Shows that everything runs; its figures mean nothing.
pub const QUICK: Scale = Scale {
    many: Rounds { count: 2, length: Duration::from_micros(200) },
    few: Rounds { count: 2, length: Duration::from_micros(200) },
    buffer_len: 1 << 20,
    file_len: 4 << 20,
    large_len: 8 << 20,
    file_rounds: 1,
};
