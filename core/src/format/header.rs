//! The header: everything in an envelope but its body.
//!
//! ```text
//! "SEALWAX" 0x01 | u32 header_len
//! binding part: u16 suite | context | u32 len, sealed metadata
//! key part:     u16 count | { provider id, key id, wrapped DEK } | zero padding | 32 MAC
//! MAC = HMAC-SHA512(HKDF-Expand-SHA512(DEK, "sealwax/v1 header-mac", 32), all before)[..32]
//! ```
//! Source: FORMAT.md, "Header".

mod encode;
mod parse;

pub use encode::HeaderParts;
pub use parse::{Header, WrappedKeyRef};

use crate::format::chunked::{PREFIX_LEN, TAG_LEN};
use crate::format::limits::MAX_METADATA_LEN;

/// The first eight bytes of every envelope: name and format version.
pub const MAGIC: [u8; 8] = *b"SEALWAX\x01";
/// The one cipher suite of version 1: Cobblestone-256.
pub const SUITE: u16 = 0x0001;
/// The provider id of the wrapping that FORMAT.md defines. Readers try all its wrapped keys.
pub const LOCAL_PROVIDER_ID: &str = "local";
/// Length of the header MAC, in bytes.
pub const MAC_LEN: usize = 32;
/// Length of magic and `header_len`, in bytes: enough to know how much more to read.
pub const FIXED_LEN: usize = 12;
/// Length of the shortest possible header, in bytes.
pub const MIN_HEADER_LEN: usize = 63;
/// The length of a padded header is a multiple of this, in bytes.
pub const PAGE_LEN: usize = 4_096;
/// Length of the context string of a body, in bytes.
pub const BODY_CONTEXT_LEN: usize = crate::format::body_keys::CONTEXT_LEN;
/// Largest sealed metadata, in bytes.
const MAX_SEALED_METADATA_LEN: usize = PREFIX_LEN + MAX_METADATA_LEN + 2 * TAG_LEN;
/// Shortest sealed metadata, that of the empty string, in bytes.
const MIN_SEALED_METADATA_LEN: usize = PREFIX_LEN + TAG_LEN;
/// Context string under which the metadata is sealed.
#[cfg(feature = "alloc")]
pub(crate) const METADATA_CONTEXT: &[u8] = b"sealwax/v1 metadata";
const MAC_LABEL: &[u8] = b"sealwax/v1 header-mac";

/// Computes the MAC of a header from the bytes before it.
fn mac(prk: &crate::crypto::kdf::Prk, message: &[u8]) -> crate::Result<[u8; MAC_LEN]> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    prk.expand(&[MAC_LABEL], key.as_mut_slice())?;
    crate::crypto::kdf::hmac_32(&key, message)
}
