//! The `aes-gcm` crate: portable, `no_std`, hardware AES where the CPU has it.

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{Aes256Gcm, KeyInit};

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

impl RustCrypto {
    fn seal_buffer(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        let computed =
            self.0.encrypt_inout_detached(nonce.into(), &[], buffer).map_err(|_| AeadError)?;
        tag.copy_from_slice(&computed);
        Ok(())
    }
}

impl Aead for RustCrypto {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        RustCrypto(Aes256Gcm::new(key.into()))
    }

    fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag_mut(sealed)?;
        let buffer = InOutBuf::new(plaintext, ciphertext).map_err(|_| AeadError)?;
        self.seal_buffer(nonce, buffer, tag)
    }

    fn seal_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        let (text, tag) = split_tag_mut(buffer)?;
        self.seal_buffer(nonce, text.into(), tag)
    }

    fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag(sealed)?;
        let buffer = InOutBuf::new(ciphertext, plaintext).map_err(|_| AeadError)?;
        self.0.decrypt_inout_detached(nonce.into(), &[], buffer, tag.into()).map_err(|_| AeadError)
    }

    fn open_in_place(&self, nonce: &[u8; NONCE_LEN], buffer: &mut [u8]) -> Result<(), AeadError> {
        let (text, tag) = split_tag_mut(buffer)?;
        let tag = *tag;
        self.0
            .decrypt_inout_detached(nonce.into(), &[], text.into(), (&tag).into())
            .map_err(|_| AeadError)
    }
}
