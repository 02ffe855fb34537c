//! The AWS-LC backend. With the feature `fips` all of these are approved services of its module.

use aws_lc_rs::{digest, hkdf, hmac};

use super::DIGEST_LEN;
use crate::crypto::secret_key::KEY_LEN;
use crate::error::{Error, Result};

/// A pseudorandom key, wiped on drop.
#[derive(Clone)]
pub(crate) struct Prk(hkdf::Prk);

/// Length of the output key material, in bytes.
struct OkmLen(usize);

impl hkdf::KeyType for OkmLen {
    fn len(&self) -> usize {
        self.0
    }
}

impl Prk {
    /// Uses `key` as the pseudorandom key of HKDF-Expand.
    // The `RustCrypto` backend returns a `Result` too.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Result<Self> {
        Ok(Prk(hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, key)))
    }

    /// `HKDF-Expand(key, info)`, RFC 5869 section 2.3, from the concatenated parts of the info.
    pub(crate) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) -> Result<()> {
        self.0
            .expand(info, OkmLen(okm.len()))
            .and_then(|expanded| expanded.fill(okm))
            .map_err(|_| Error::InvalidArgument("too much key material asked for"))
    }
}

/// `HMAC-SHA512(key, message)`, RFC 2104, cut to its first 32 bytes.
pub(crate) fn hmac_32(key: &[u8; KEY_LEN], message: &[u8]) -> Result<[u8; 32]> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, key), message);
    let cut = tag.as_ref().first_chunk().ok_or(Error::InvalidArgument("invalid MAC key"))?;
    Ok(*cut)
}

/// SHA-512 of the concatenated parts.
pub(crate) fn sha512(parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
    let mut hash = digest::Context::new(&digest::SHA512);
    for part in parts {
        hash.update(part);
    }
    let mut digest = [0; DIGEST_LEN];
    for (slot, byte) in digest.iter_mut().zip(hash.finish().as_ref()) {
        *slot = *byte;
    }
    digest
}
