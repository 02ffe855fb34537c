//! The choice of the backend by the features of the build.

#[cfg(feature = "aws-lc")]
use super::AwsLc as Backend;
#[cfg(not(feature = "aws-lc"))]
use super::RustCrypto as Backend;
use super::{Aead, AeadError, KEY_LEN, NONCE_LEN, sealed::Sealed};
use crate::error::Result;

/// The fastest backend of this build. The features choose the backend, but the type is always the
/// same: a crate that enables a feature changes no type for other crates.
#[derive(Debug)]
pub struct DefaultAead(Backend);

impl Sealed for DefaultAead {}

impl Aead for DefaultAead {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        DefaultAead(Backend::new(key))
    }

    fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError> {
        self.0.seal(nonce, plaintext, sealed)
    }

    fn seal_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        self.0.seal_in_place(nonce, buffer)
    }

    fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError> {
        self.0.open(nonce, sealed, plaintext)
    }

    fn open_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        self.0.open_in_place(nonce, buffer)
    }
}
