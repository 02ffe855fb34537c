//! Encryption under one DEK and header.

use js_sys::Uint8Array;
use sealwax::{Dek, EncryptOptions, Padding, SysRng};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::header::{BAD_PADDING, wrapped_keys};
use crate::js_bytes::{array, optional, secret};
use crate::js_number::to_number;
use crate::message_cipher::MessageCipher;
use crate::safe_integer::from_number;

/// A fresh DEK.
#[wasm_bindgen(js_name = generateDek)]
pub fn generate_dek() -> Result<Uint8Array> {
    Ok(array(Dek::generate(&mut SysRng).map_err(thrown)?.expose()))
}

/// A DEK and its encoded header.
#[wasm_bindgen]
pub struct EncryptHandle(sealwax::EncryptHandle);

#[wasm_bindgen]
impl EncryptHandle {
    /// Encodes the header. `padding` is `"auto"`, `"none"`, `"page"` or a length; `"auto"` depends
    /// on `plaintext_length`, which is undefined if it is not known.
    #[wasm_bindgen(constructor)]
    pub fn new(
        dek: &Uint8Array,
        key_names: Vec<String>,
        wrapped_deks: Vec<Uint8Array>,
        context: &Uint8Array,
        metadata: Option<Uint8Array>,
        padding: &JsValue,
        plaintext_length: Option<f64>,
    ) -> Result<EncryptHandle> {
        let dek = Dek::from_slice(&secret(dek)).map_err(thrown)?;
        let keys = wrapped_keys(key_names, wrapped_deks)?;
        let metadata = metadata.as_ref().map(secret);
        let length = plaintext_length.map(from_number).transpose()?;
        let mut options = EncryptOptions::new()
            .context(crate::context::from_canonical(context)?)
            .padding(parse_padding(padding)?.resolve(length));
        if let Some(metadata) = &metadata {
            options = options.metadata(metadata);
        }
        let handle = sealwax::EncryptHandle::new(&dek, &keys, &options, &mut SysRng);
        handle.map(EncryptHandle).map_err(thrown)
    }

    /// The header that every message carries.
    pub fn header(&self) -> Uint8Array {
        array(self.0.header())
    }

    /// Length of a sealed message, header included.
    #[wasm_bindgen(js_name = sealedLength)]
    pub fn sealed_length(&self, plaintext_length: f64) -> Result<f64> {
        self.0.sealed_len(from_number(plaintext_length)?).map(to_number).map_err(thrown)
    }

    /// Encrypts a message in memory.
    pub fn encrypt(
        &self,
        plaintext: &Uint8Array,
        associated_data: Option<Uint8Array>,
    ) -> Result<Uint8Array> {
        let associated_data = optional(associated_data.as_ref());
        let sealed = self.0.encrypt(&secret(plaintext), &associated_data, &mut SysRng);
        Ok(array(&sealed.map_err(thrown)?))
    }

    /// The chunk cipher of a new message.
    pub fn message(&self, associated_data: Option<Uint8Array>) -> Result<MessageCipher> {
        let associated_data = optional(associated_data.as_ref());
        let schedule = self.0.body_schedule(&associated_data, &mut SysRng);
        schedule.map(MessageCipher::new).map_err(thrown)
    }
}

fn parse_padding(padding: &JsValue) -> Result<Padding> {
    if let Some(len) = padding.as_f64() {
        let len = usize::try_from(from_number(len)?).map_err(|_| thrown(BAD_PADDING))?;
        return Ok(Padding::Exact(len));
    }
    match padding.as_string().as_deref() {
        Some("auto") => Ok(Padding::Auto),
        Some("none") => Ok(Padding::None),
        Some("page") => Ok(Padding::Page),
        _ => Err(thrown(BAD_PADDING)),
    }
}
