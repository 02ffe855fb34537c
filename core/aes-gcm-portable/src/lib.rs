//! AES-256-GCM by the crate `aes-gcm`, made ready for use under one key.
//!
//! Its code is generic, so it is compiled where it is used first: in a crate of its own. A module for
//! browsers is compiled for size, and this by its profile for speed, which makes it three times as fast
//! and no larger. With the feature `imported`, a module has the same type without its code.
#![no_std]
// The imports are declared by a macro, which writes unsafe code.
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
        self.0.open(nonce, InOutBuf::new(ciphertext, plaintext).map_err(|_| Failed)?, tag)
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
        self.0.open(nonce, text.into(), tag)
    }
}
