//! What both implementations have in common.

/// Length of the key, in bytes.
pub const KEY_LEN: usize = 32;
/// Length of the nonce, in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag, in bytes.
pub const TAG_LEN: usize = 16;

/// Not authentic, or lengths that do not fit.
#[derive(Clone, Copy, Debug)]
pub struct Failed;
