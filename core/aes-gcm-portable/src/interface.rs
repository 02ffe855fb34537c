//! Constants and the error of both implementations.

/// Length of the key, in bytes.
pub const KEY_LEN: usize = 32;
/// Length of the nonce, in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag, in bytes.
pub const TAG_LEN: usize = 16;

/// The input is not authentic, or the lengths do not match.
#[derive(Clone, Copy, Debug)]
pub struct Failed;
