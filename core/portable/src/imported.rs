//! The cipher of another module, by way of JavaScript: `bindings-wasm/ts/aes.ts`.

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::{Failed, KEY_LEN, NONCE_LEN, TAG_LEN};

#[wasm_bindgen(raw_module = "sealwax-aes")]
extern "C" {
    /// Encrypts in place and writes the tag.
    fn seal(key: &[u8], nonce: &[u8], text: &mut [u8], tag: &mut [u8]) -> bool;
    /// Checks the tag and decrypts in place.
    fn open(key: &[u8], nonce: &[u8], text: &mut [u8], tag: &[u8]) -> bool;
}

/// The cipher under one key, which is wiped on drop.
pub struct Aes256Gcm(Zeroizing<[u8; KEY_LEN]>);

impl Aes256Gcm {
    /// Keeps the key.
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Aes256Gcm(Zeroizing::new(*key))
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
        copy(plaintext, ciphertext)?;
        self.seal_in_place(nonce, ciphertext)
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
        let mut tag = [0; TAG_LEN];
        if seal(&*self.0, nonce, text, &mut tag) { Ok(tag) } else { Err(Failed) }
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
        copy(ciphertext, plaintext)?;
        self.open_in_place(nonce, plaintext, tag)
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
        if open(&*self.0, nonce, text, tag) { Ok(()) } else { Err(Failed) }
    }
}

fn copy(from: &[u8], to: &mut [u8]) -> Result<(), Failed> {
    if from.len() != to.len() {
        return Err(Failed);
    }
    to.copy_from_slice(from);
    Ok(())
}
