//! Every hard limit of the format, in one table. Source: FORMAT.md, "Limits".
//!
//! A reader checks a limit before it allocates anything for what the limit bounds.

/// Largest whole header, padding and MAC included, in bytes.
pub const MAX_HEADER_LEN: usize = 65_536;
/// Most wrapped keys in one header.
pub const MAX_WRAPPED_KEYS: usize = 32;
/// Most pairs in an encryption context.
pub const MAX_CONTEXT_PAIRS: usize = 64;
/// Largest canonical encryption context (count, length prefixes and strings), in bytes.
pub const MAX_CONTEXT_LEN: usize = 8_192;
/// Largest metadata before sealing, in bytes.
pub const MAX_METADATA_LEN: usize = 16_384;
/// Longest provider id, in bytes of UTF-8.
pub const MAX_PROVIDER_ID_LEN: usize = 128;
/// Longest key id, in bytes of UTF-8.
pub const MAX_KEY_ID_LEN: usize = 2_048;
/// Longest wrapped DEK, in bytes.
pub const MAX_WRAPPED_DEK_LEN: usize = 4_096;
/// Most chunks in one message: 2^38, so at most 4 PiB - 1 of plaintext.
pub const MAX_CHUNKS: u64 = 1 << 38;
