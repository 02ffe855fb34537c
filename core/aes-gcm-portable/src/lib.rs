//! AES-256-GCM of the crate `aes-gcm`, for many calls under one key.
//!
//! The code of `aes-gcm` is generic, so the crate that instantiates it compiles it. This separate
//! crate is compiled for speed even if a browser module is compiled for size, which makes the
//! cipher three times as fast and the module no larger. With the feature `imported`, a module has
//! the same type without the code.
#![no_std]
// A macro declares the imports, and expands to unsafe code.
#![cfg_attr(not(all(feature = "imported", target_family = "wasm")), forbid(unsafe_code))]
#![deny(missing_docs)]

#[cfg_attr(all(feature = "imported", target_family = "wasm"), path = "imported.rs")]
mod cipher;
mod interface;

use aes_gcm::aead::inout::InOutBuf;
use cipher::Cipher;
pub use interface::{Failed, KEY_LEN, NONCE_LEN, TAG_LEN};

/// The cipher under one key, which is wiped on drop.
pub struct Aes256Gcm(Cipher);

impl core::fmt::Debug for Aes256Gcm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Aes256Gcm(redacted)")
    }
}

impl Aes256Gcm {
    /// Expands the key.
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Aes256Gcm(Cipher::new(key))
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
        self.0.seal(nonce, InOutBuf::new(plaintext, ciphertext).map_err(|_| Failed)?)
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
        self.0.seal(nonce, text.into())
    }

    /// Verifies and decrypts `ciphertext` into `plaintext`, whose content is unspecified after an
    /// error.
    ///
    /// # Errors
    /// [`Failed`] if the ciphertext is not authentic or the lengths differ.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
        plaintext: &mut [u8],
    ) -> Result<(), Failed> {
        self.0.open(nonce, InOutBuf::new(ciphertext, plaintext).map_err(|_| Failed)?, tag)
    }

    /// Verifies and decrypts in place; the content of `text` is unspecified after an error.
    ///
    /// # Errors
    /// [`Failed`] if the ciphertext is not authentic.
    pub fn open_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Failed> {
        self.0.open(nonce, text.into(), tag)
    }
}
