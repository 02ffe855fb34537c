//! The `RustCrypto` backend: portable, `no_std`, with vector instructions where the CPU has them.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::DIGEST_LEN;
use crate::crypto::secret_key::KEY_LEN;
use crate::error::{Error, Result};

/// A pseudorandom key, ready to expand. The key is already hashed into the inner and outer state of
/// HMAC, so a handle for many messages does that once.
#[derive(Clone)]
pub(crate) struct Prk(Hkdf<Sha512>);

impl Prk {
    /// Uses `key` as the pseudorandom key of HKDF-Expand.
    ///
    /// The hkdf crate rejects keys that are shorter than the hash. HMAC pads its key with zeros to
    /// the block size (RFC 2104 section 2), so the key followed by 32 zeros is the same HMAC key.
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Result<Self> {
        let mut padded = Zeroizing::new([0; DIGEST_LEN]);
        for (slot, byte) in padded.iter_mut().zip(key) {
            *slot = *byte;
        }
        Hkdf::from_prk(padded.as_slice())
            .map(Prk)
            .map_err(|_| Error::InvalidArgument("the key is too short"))
    }

    /// `HKDF-Expand(key, info)`, RFC 5869 section 2.3, from the concatenated parts of the info.
    pub(crate) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) -> Result<()> {
        self.0
            .expand_multi_info(info, okm)
            .map_err(|_| Error::InvalidArgument("too much key material asked for"))
    }
}

/// `HMAC-SHA512(key, message)`, RFC 2104, cut to its first 32 bytes.
pub(crate) fn hmac_32(key: &[u8; KEY_LEN], message: &[u8]) -> Result<[u8; 32]> {
    let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key)
        .map_err(|_| Error::InvalidArgument("invalid MAC key"))?;
    mac.update(message);
    let mut tag = mac.finalize().into_bytes();
    let mut cut = [0; 32];
    for (slot, byte) in cut.iter_mut().zip(tag.iter()) {
        *slot = *byte;
    }
    tag.zeroize();
    Ok(cut)
}

/// SHA-512 of the concatenated parts.
pub(crate) fn sha512(parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
