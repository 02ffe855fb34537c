//! AES-256-GCM (NIST SP 800-38D) behind one sealed trait, so that backends can be exchanged.
//!
//! Every nonce has 12 bytes and every tag 16. There is no associated data: everything that must be
//! bound is bound through the key (see [`crate::chunked`]).
//!
//! # FIPS 140-3
//!
//! The feature `fips` has every AES-256-GCM, HKDF, HMAC, SHA-512 and random byte come from AWS-LC's
//! FIPS module, which the crate `aws-lc-fips-sys` builds. Its services for opening, HKDF, HMAC,
//! SHA-512 and random bytes are approved. Sealing is not: the module approves AES-GCM encryption
//! only with nonces that it drew itself, or in TLS, and the nonces of this format are derived with
//! the key of each message. Whether that is enough must be decided by those who certify the whole
//! system.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod default;
mod rustcrypto;

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLc;
pub use default::DefaultAead;
pub use rustcrypto::RustCrypto;
pub use sealwax_aes_gcm_portable::{KEY_LEN, NONCE_LEN, TAG_LEN};

use crate::error::{Error, Result};

/// The AEAD failed: not authentic on opening, an impossible length on sealing.
#[derive(Clone, Copy, Debug)]
pub struct AeadError;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// AES-256-GCM under one key, set up once for many calls. Implemented by this crate only.
///
/// `sealed` is always `plaintext.len() + TAG_LEN` bytes: ciphertext, then tag.
pub trait Aead: sealed::Sealed + Send + Sync + Sized {
    /// Expands the key.
    fn new(key: &[u8; KEY_LEN]) -> Self;

    /// Encrypts `plaintext` into `sealed`.
    ///
    /// # Errors
    /// [`AeadError`] if the lengths do not fit.
    fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError>;

    /// Encrypts in place: `buffer` is the plaintext and room for the tag.
    ///
    /// # Errors
    /// [`AeadError`] if the buffer is shorter than a tag.
    fn seal_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError>;

    /// Checks and decrypts `sealed` into `plaintext`, whose content is undefined after an error.
    ///
    /// # Errors
    /// [`AeadError`] if not authentic or if the lengths do not fit.
    fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError>;

    /// Checks and decrypts in place: afterwards `buffer` is the plaintext and 16 undefined bytes.
    ///
    /// # Errors
    /// [`AeadError`] if not authentic or shorter than a tag.
    fn open_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError>;
}

impl From<AeadError> for Error {
    /// A failure while sealing: lengths are checked before, so this is the caller's mistake.
    fn from(_: AeadError) -> Self {
        Error::InvalidArgument("buffer lengths do not fit")
    }
}

/// Splits ciphertext and tag.
pub(crate) fn split_tag(sealed: &[u8]) -> Result<(&[u8], &[u8; TAG_LEN]), AeadError> {
    sealed.split_last_chunk().ok_or(AeadError)
}

/// Splits ciphertext and tag, both writable.
pub(crate) fn split_tag_mut(
    sealed: &mut [u8],
) -> Result<(&mut [u8], &mut [u8; TAG_LEN]), AeadError> {
    sealed.split_last_chunk_mut().ok_or(AeadError)
}
