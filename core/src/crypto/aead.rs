//! AES-256-GCM (NIST SP 800-38D): one sealed trait and its interchangeable backends.
//!
//! A nonce has 12 bytes and a tag 16. AEAD associated data is not used: everything that must be
//! bound is bound through key derivation (see [`crate::chunked`]).
//!
//! # FIPS 140-3
//!
//! With the feature `fips`, AWS-LC's FIPS module computes AES-256-GCM, HKDF, HMAC and SHA-512 and
//! generates all random bytes. The crate `aws-lc-fips-sys` builds it. The module's services for
//! opening, HKDF, HMAC, SHA-512 and random bytes are approved. Sealing is not: the module approves
//! AES-GCM encryption only in TLS or with nonces that it generates itself, and this format derives
//! its nonces together with the key of each message. Whether this suffices is a decision for the
//! people who certify the whole system.

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

/// The AEAD failed: on opening, the input is not authentic; on sealing, a length is impossible.
#[derive(Clone, Copy, Debug)]
pub struct AeadError;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// AES-256-GCM under one key, set up once for many calls. Only this crate implements it.
///
/// `sealed` is always `plaintext.len() + TAG_LEN` bytes: ciphertext, then tag.
pub trait Aead: sealed::Sealed + Send + Sync + Sized {
    /// Expands the key.
    fn new(key: &[u8; KEY_LEN]) -> Self;

    /// Encrypts `plaintext` into `sealed`.
    ///
    /// # Errors
    /// [`AeadError`] if the lengths do not match.
    fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError>;

    /// Encrypts in place: `buffer` is the plaintext, then 16 bytes of room for the tag.
    ///
    /// # Errors
    /// [`AeadError`] if the buffer is shorter than a tag.
    fn seal_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError>;

    /// Verifies and decrypts `sealed` into `plaintext`, whose content is unspecified after an
    /// error.
    ///
    /// # Errors
    /// [`AeadError`] if `sealed` is not authentic or the lengths do not match.
    fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError>;

    /// Verifies and decrypts in place: afterwards `buffer` is the plaintext, then 16 unspecified
    /// bytes.
    ///
    /// # Errors
    /// [`AeadError`] if `buffer` is not authentic or shorter than a tag.
    fn open_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError>;
}

impl From<AeadError> for Error {
    /// A failure while sealing. A length is the only possible reason, so it is the caller's error.
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
