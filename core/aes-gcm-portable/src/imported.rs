//! The cipher of another WebAssembly module, called through JavaScript: `bindings-wasm/ts/aes.ts`.

use aes_gcm::aead::inout::InOutBuf;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::interface::{Failed, KEY_LEN, NONCE_LEN, TAG_LEN};

#[wasm_bindgen(raw_module = "sealwax-aes")]
extern "C" {
    /// Encrypts in place and writes the tag.
    fn seal(key: &[u8], nonce: &[u8], text: &mut [u8], tag: &mut [u8]) -> bool;
    /// Verifies the tag and decrypts in place.
    fn open(key: &[u8], nonce: &[u8], text: &mut [u8], tag: &[u8]) -> bool;
}

/// The key, which the other module expands for each call.
pub(crate) struct Cipher(Zeroizing<[u8; KEY_LEN]>);

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Self {
        Cipher(Zeroizing::new(*key))
    }

    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> Result<[u8; TAG_LEN], Failed> {
        let mut tag = [0; TAG_LEN];
        let done = seal(&*self.0, nonce, buffer.into_out_with_copied_in(), &mut tag);
        if done { Ok(tag) } else { Err(Failed) }
    }

    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Failed> {
        let done = open(&*self.0, nonce, buffer.into_out_with_copied_in(), tag);
        if done { Ok(()) } else { Err(Failed) }
    }
}
