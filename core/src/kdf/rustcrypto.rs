//! The `RustCrypto` crates: portable, `no_std`, vector instructions where the CPU has them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::DIGEST_LEN;
use crate::error::{Error, Result};
use crate::key::KEY_LEN;

/// A pseudorandom key, ready to expand: HMAC with the key already hashed into its inner and outer
/// state, so that a handle over many messages does it once.
#[derive(Clone)]
pub(crate) struct Prk(Hmac<Sha512>);

impl Prk {
    /// The pseudorandom key of HKDF-Expand, used directly as HMAC's key.
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Result<Self> {
        <Hmac<Sha512> as KeyInit>::new_from_slice(key)
            .map(Prk)
            .map_err(|_| Error::InvalidArgument("invalid MAC key"))
    }

    /// `HKDF-Expand(key, info)`, RFC 5869 section 2.3, from the concatenated parts of the info.
    ///
    /// ```text
    /// T(0) = "", T(i) = HMAC(key, T(i - 1) || info || i), okm = T(1) || T(2) || ...
    /// ```
    pub(crate) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) -> Result<()> {
        if okm.len() > 255 * DIGEST_LEN {
            return Err(Error::InvalidArgument("too much key material asked for"));
        }
        let mut previous = Zeroizing::new([0; DIGEST_LEN]);
        for (counter, block) in (1_u8..=255).zip(okm.chunks_mut(DIGEST_LEN)) {
            let mut mac = self.0.clone();
            if counter > 1 {
                mac.update(previous.as_slice());
            }
            for part in info {
                mac.update(part);
            }
            mac.update(&[counter]);
            let mut output = mac.finalize().into_bytes();
            previous.copy_from_slice(&output);
            output.zeroize();
            block.copy_from_slice(previous.get(..block.len()).unwrap_or_default());
        }
        Ok(())
    }
}

/// `HMAC-SHA512(key, message)`, RFC 2104, cut to its first 32 bytes.
pub(crate) fn hmac_32(key: &[u8; KEY_LEN], message: &[u8]) -> Result<[u8; 32]> {
    let mut mac = Prk::new(key)?.0;
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
