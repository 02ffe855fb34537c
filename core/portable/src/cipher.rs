//! The cipher itself.

use aes_gcm::KeyInit;
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::inout::InOutBuf;

use crate::{Failed, KEY_LEN, NONCE_LEN, TAG_LEN};

/// The cipher under one key, which is wiped on drop.
pub struct Aes256Gcm(aes_gcm::Aes256Gcm);

impl Aes256Gcm {
    /// Expands the key.
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Aes256Gcm(aes_gcm::Aes256Gcm::new(key.into()))
    }

    /// Encrypts `plaintext` into `ciphertext`, which is as long; returns the tag.
    ///
    /// # Errors
    /// [`Failed`] if the lengths differ or are more than AES-GCM allows.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        plaintext: &[u8],
        ciphertext: &mut [u8],
    ) -> Result<[u8; TAG_LEN], Failed> {
        self.seal_buffer(nonce, InOutBuf::new(plaintext, ciphertext).map_err(|_| Failed)?)
    }

    /// Encrypts in place; returns the tag.
    ///
    /// # Errors
    /// [`Failed`] if `text` is longer than AES-GCM allows.
    pub fn seal_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        text: &mut [u8],
    ) -> Result<[u8; TAG_LEN], Failed> {
        self.seal_buffer(nonce, text.into())
    }

    /// Checks and decrypts `ciphertext` into `plaintext`, whose content is undefined after an error.
    ///
    /// # Errors
    /// [`Failed`] if not authentic or if the lengths differ.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
        plaintext: &mut [u8],
    ) -> Result<(), Failed> {
        self.open_buffer(nonce, InOutBuf::new(ciphertext, plaintext).map_err(|_| Failed)?, tag)
    }

    /// Checks and decrypts in place; the content of `text` is undefined after an error.
    ///
    /// # Errors
    /// [`Failed`] if not authentic.
    pub fn open_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Failed> {
        self.open_buffer(nonce, text.into(), tag)
    }

    fn seal_buffer(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> Result<[u8; TAG_LEN], Failed> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), &[], buffer);
        tag.map(Into::into).map_err(|_| Failed)
    }

    fn open_buffer(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Failed> {
        self.0.decrypt_inout_detached(nonce.into(), &[], buffer, tag.into()).map_err(|_| Failed)
    }
}
