//! Decryption under a verified header.

use js_sys::Uint8Array;
use sealwax::Dek;
use sealwax::chunked::Prefix;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::Result;
use crate::error::thrown;
use crate::header::wrapped_keys;
use crate::js_bytes::{array, optional, secret};
use crate::message_cipher::MessageCipher;

/// A verified header and its DEK.
#[wasm_bindgen]
pub struct DecryptHandle(sealwax::DecryptHandle);

#[wasm_bindgen]
impl DecryptHandle {
    /// Verifies a header under the DEK that a provider unwrapped.
    #[wasm_bindgen(constructor)]
    pub fn new(header: &Uint8Array, dek: &Uint8Array) -> Result<DecryptHandle> {
        let dek = Dek::from_slice(&secret(dek)).map_err(thrown)?;
        sealwax::DecryptHandle::new(&header.to_vec(), dek).map(DecryptHandle).map_err(thrown)
    }

    /// The metadata; undefined if there is none.
    pub fn metadata(&self) -> Result<Option<Uint8Array>> {
        let metadata = self.0.metadata().map_err(thrown)?;
        Ok(metadata.map(|metadata| array(&metadata)))
    }

    /// The DEK, for wrapping it again. The caller must wipe it.
    pub fn dek(&self) -> Uint8Array {
        array(self.0.dek().expose())
    }

    /// Decrypts a body in memory.
    #[wasm_bindgen(js_name = decryptBody)]
    pub fn decrypt_body(
        &self,
        body: &Uint8Array,
        associated_data: Option<Uint8Array>,
    ) -> Result<Uint8Array> {
        let associated_data = optional(associated_data.as_ref());
        let plaintext = self.0.decrypt_body(&body.to_vec(), &associated_data);
        Ok(array(&Zeroizing::new(plaintext.map_err(thrown)?)))
    }

    /// The chunk cipher of the body with this prefix, after its commitment was checked.
    pub fn message(
        &self,
        prefix: &Uint8Array,
        associated_data: Option<Uint8Array>,
    ) -> Result<MessageCipher> {
        let (prefix, _) = Prefix::split(&prefix.to_vec()).map_err(thrown)?;
        let associated_data = optional(associated_data.as_ref());
        let schedule = self.0.body_schedule(&prefix, &associated_data).map_err(thrown)?;
        Ok(MessageCipher::new((prefix, schedule)))
    }

    /// The header, encoded again with these wrapped keys.
    #[wasm_bindgen(js_name = rewrapHeader)]
    pub fn rewrap_header(
        &self,
        key_names: Vec<String>,
        wrapped_deks: Vec<Uint8Array>,
    ) -> Result<Uint8Array> {
        let keys = wrapped_keys(key_names, wrapped_deks)?;
        sealwax::rewrap_header(&self.0, &keys).map(|new| array(&new)).map_err(thrown)
    }
}
