//! The key and nonces of one message, for an engine that seals and opens its chunks.

use js_sys::Uint8Array;
use sealwax::Error;
use sealwax::KEY_LEN;
use sealwax::aead::NONCE_LEN;
use sealwax::chunked::{KeySchedule, Prefix, SALT_LEN, chunk_nonce};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::js_bytes::array;
use crate::safe_integer::from_number;

/// The key schedule of one message.
///
/// # Security
/// The TypeScript must never seal a chunk index twice with different plaintext.
#[wasm_bindgen]
pub struct MessageCipher {
    prefix: Prefix,
    base_nonce: [u8; NONCE_LEN],
    /// `None` after the key was handed out.
    schedule: Option<KeySchedule>,
}

#[wasm_bindgen]
impl MessageCipher {
    /// Salt and commitment, which precede the chunks.
    pub fn prefix(&self) -> Uint8Array {
        array(&self.prefix.to_bytes())
    }

    /// Hands out the key for the engine, once, and wipes it here. The caller must wipe the array.
    #[wasm_bindgen(js_name = takeKey)]
    pub fn take_key(&mut self) -> Result<Uint8Array> {
        let schedule = self.schedule.take();
        let schedule = schedule.ok_or(Error::InvalidState("the key was handed to an engine"));
        Ok(array(schedule.map_err(thrown)?.expose_key()))
    }

    /// The concatenated nonces of `count` chunks from `first` on.
    pub fn nonces(&self, first: f64, count: u32) -> Result<Uint8Array> {
        let first = from_number(first)?;
        let mut nonces = Vec::new();
        for index in (first..).take(count as usize) {
            let nonce = chunk_nonce(&self.base_nonce, index).map_err(thrown)?;
            nonces.extend_from_slice(&nonce);
        }
        Ok(array(&nonces))
    }
}

impl MessageCipher {
    pub(crate) fn new((prefix, schedule): (Prefix, KeySchedule)) -> Self {
        MessageCipher { prefix, base_nonce: *schedule.base_nonce(), schedule: Some(schedule) }
    }
}

/// A digest of the tags of sealed chunks, to compare them with earlier ones. It is the commitment
/// of a message with the tags as its context, and as collision-resistant as SHA-512.
#[wasm_bindgen]
pub fn fingerprint(tags: &Uint8Array) -> Result<Uint8Array> {
    let schedule = KeySchedule::derive(&[0; KEY_LEN], &[0; SALT_LEN], &[&tags.to_vec()]);
    Ok(array(schedule.map_err(thrown)?.commitment()))
}
