//! C2SP chunked-encryption v1 with AES-256-GCM and SHA-512, "Cobblestone-256".
//!
//! ```text
//! message = salt(24) || commitment(32) || chunk_0 || ... || chunk_last
//! key(32) || base_nonce(12) || commitment(32) =
//!     HKDF-Expand-SHA512(prk  = input key,
//!                        info = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" || 0x00 || salt || context)
//! chunk_i = AES-256-GCM(key, nonce = base_nonce XOR big-endian i, AAD = "", plaintext_i) || tag(16)
//! ```
//! Every chunk holds 16,384 bytes of plaintext except the last, which is shorter and may be empty.
//! Source: <https://c2sp.org/chunked-encryption>.
//!
//! # Security
//! This is the hazmat layer: it binds no header and wraps no key. Most programs want
//! `sealwax::encrypt` and `sealwax::decrypt`. The caller must provide a uniformly random input key,
//! and a fresh random salt for each message.

mod cipher;
mod commitment;
mod layout;
pub(crate) mod message;
mod nonce;
mod prefix;
mod schedule;
mod stream;

pub use cipher::Cipher;
pub use layout::{
    ChunkPosition, chunk_of, ciphertext_range, last_chunk_range, plaintext_len, sealed_len,
};
pub use message::{open, seal};
pub use nonce::chunk_nonce;
pub use prefix::Prefix;
#[cfg(feature = "alloc")]
pub(crate) use schedule::EXPANDED_LEN;
pub use schedule::KeySchedule;
pub use stream::{OpenStream, SealStream};

pub use crate::crypto::aead::TAG_LEN;

/// Plaintext of a full chunk, in bytes.
pub const CHUNK_LEN: usize = 16_384;
/// A full chunk as stored: ciphertext and tag, in bytes.
pub const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;
/// Length of the salt at the start of a message, in bytes.
pub const SALT_LEN: usize = 24;
/// Length of the key commitment after the salt, in bytes.
pub const COMMITMENT_LEN: usize = 32;
/// Length of salt and commitment, in bytes: the offset of chunk 0.
pub const PREFIX_LEN: usize = SALT_LEN + COMMITMENT_LEN;
