//! The `aes-gcm` crate: portable, `no_std`, hardware AES where the CPU has it.

use sealwax_aes_gcm_portable::{Aes256Gcm, Failed};

use super::{Aead, AeadError, KEY_LEN, NONCE_LEN, sealed::Sealed, split_tag, split_tag_mut};
use crate::error::Result;

/// AES-256-GCM by the `aes-gcm` crate. The expanded key is wiped on drop.
pub struct RustCrypto(Aes256Gcm);

impl Sealed for RustCrypto {}

impl core::fmt::Debug for RustCrypto {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RustCrypto(redacted)")
    }
}

fn failed(_: Failed) -> AeadError {
    AeadError
}

impl Aead for RustCrypto {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        RustCrypto(Aes256Gcm::new(key))
    }

    fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag_mut(sealed)?;
        *tag = self.0.seal(nonce, plaintext, ciphertext).map_err(failed)?;
        Ok(())
    }

    fn seal_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        let (text, tag) = split_tag_mut(buffer)?;
        *tag = self.0.seal_in_place(nonce, text).map_err(failed)?;
        Ok(())
    }

    fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag(sealed)?;
        self.0.open(nonce, ciphertext, tag, plaintext).map_err(failed)
    }

    fn open_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        let (text, tag) = split_tag_mut(buffer)?;
        self.0.open_in_place(nonce, text, tag).map_err(failed)
    }
}
