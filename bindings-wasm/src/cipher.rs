//! The chunks of one message: sealed and opened here, or by `WebCrypto` with the key from here.

use js_sys::Uint8Array;
use sealwax::Error;
use sealwax::KEY_LEN;
use sealwax::aead::NONCE_LEN;
use sealwax::chunked::{
    CHUNK_LEN, Cipher, KeySchedule, Prefix, SALT_LEN, SEALED_CHUNK_LEN, TAG_LEN, chunk_nonce,
};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::Result;
use crate::bytes::array;
use crate::error::thrown;
use crate::number::integer;

/// The chunk cipher of one message.
///
/// # Security
/// No chunk index is ever sealed twice with different plaintext; the TypeScript sees to it.
#[wasm_bindgen]
pub struct MessageCipher {
    prefix: Prefix,
    base_nonce: [u8; NONCE_LEN],
    keys: Keys,
    /// One chunk, worked on in place; wiped in the end.
    scratch: Zeroizing<Vec<u8>>,
}

const TAKEN: Error = Error::InvalidState("the key was handed to another engine");

enum Keys {
    /// Derived, and not used yet.
    Schedule(KeySchedule),
    /// In use here.
    Cipher(Box<Cipher>),
    /// Handed to another engine and wiped here.
    Taken,
}

#[wasm_bindgen]
impl MessageCipher {
    /// Salt and commitment, which stand before the chunks.
    pub fn prefix(&self) -> Uint8Array {
        array(&self.prefix.to_bytes())
    }

    /// Hands out the key for another engine, once, and wipes it here. The caller imports it as
    /// non-extractable and wipes the array.
    #[wasm_bindgen(js_name = takeKey)]
    pub fn take_key(&mut self) -> Result<Uint8Array> {
        match core::mem::replace(&mut self.keys, Keys::Taken) {
            Keys::Schedule(schedule) => Ok(array(schedule.expose_key())),
            other => {
                self.keys = other;
                Err(thrown(Error::InvalidState("the key is in use here")))
            }
        }
    }

    /// The nonces of `count` chunks from `first` on, one behind the other.
    pub fn nonces(&self, first: f64, count: u32) -> Result<Uint8Array> {
        let first = integer(first)?;
        let mut nonces = Vec::new();
        for index in (first..).take(count as usize) {
            let nonce = chunk_nonce(&self.base_nonce, index).map_err(thrown)?;
            nonces.extend_from_slice(&nonce);
        }
        Ok(array(&nonces))
    }

    /// Seals a run of chunks from `first` on into `sealed`, which must fit exactly. Only the last
    /// chunk may be short; no bytes are one empty chunk.
    #[wasm_bindgen(js_name = sealRun)]
    pub fn seal_run(
        &mut self,
        first: f64,
        plaintext: &Uint8Array,
        sealed: &Uint8Array,
    ) -> Result<()> {
        self.prepare();
        let Keys::Cipher(cipher) = &self.keys else { return Err(thrown(TAKEN)) };
        let count = chunk_count(plaintext, CHUNK_LEN);
        check_len(sealed, plaintext.length() as usize + count * TAG_LEN)?;
        for (index, at) in (integer(first)?..).zip(0..count) {
            let chunk = part(plaintext, at * CHUNK_LEN, CHUNK_LEN);
            let len = chunk.length() as usize;
            let buffer = self.scratch.get_mut(..len + TAG_LEN).unwrap_or_default();
            chunk.copy_to(buffer.get_mut(..len).unwrap_or_default());
            cipher.seal_chunk_in_place(index, buffer).map_err(thrown)?;
            part(sealed, at * SEALED_CHUNK_LEN, buffer.len()).copy_from(buffer);
        }
        Ok(())
    }

    /// Opens a run of chunks from `first` on into `plaintext`, which must fit exactly.
    #[wasm_bindgen(js_name = openRun)]
    pub fn open_run(
        &mut self,
        first: f64,
        sealed: &Uint8Array,
        plaintext: &Uint8Array,
    ) -> Result<()> {
        self.prepare();
        let Keys::Cipher(cipher) = &self.keys else { return Err(thrown(TAKEN)) };
        let count = chunk_count(sealed, SEALED_CHUNK_LEN);
        check_len(plaintext, (sealed.length() as usize).saturating_sub(count * TAG_LEN))?;
        for (index, at) in (integer(first)?..).zip(0..count) {
            let chunk = part(sealed, at * SEALED_CHUNK_LEN, SEALED_CHUNK_LEN);
            let buffer = self.scratch.get_mut(..chunk.length() as usize).unwrap_or_default();
            chunk.copy_to(buffer);
            let opened = cipher.open_chunk_in_place(index, buffer).map_err(thrown)?;
            part(plaintext, at * CHUNK_LEN, opened.len()).copy_from(opened);
        }
        Ok(())
    }
}

impl MessageCipher {
    pub(crate) fn new(prefix: Prefix, schedule: KeySchedule) -> Self {
        MessageCipher {
            prefix,
            base_nonce: *schedule.base_nonce(),
            keys: Keys::Schedule(schedule),
            scratch: Zeroizing::new(Vec::new()),
        }
    }

    /// Expands the key at its first use.
    fn prepare(&mut self) {
        if let Keys::Schedule(schedule) = &self.keys {
            self.keys = Keys::Cipher(Box::new(Cipher::new(schedule)));
            self.scratch.resize(SEALED_CHUNK_LEN, 0);
        }
    }
}

fn chunk_count(input: &Uint8Array, step: usize) -> usize {
    (input.length() as usize).div_ceil(step).max(1)
}

fn check_len(output: &Uint8Array, needed: usize) -> Result<()> {
    if output.length() as usize == needed {
        Ok(())
    } else {
        Err(thrown(Error::InvalidArgument("buffer lengths do not fit")))
    }
}

/// A view of at most `len` bytes; lengths of arrays fit 32 bits here, as the memory does.
#[allow(clippy::cast_possible_truncation)]
fn part(array: &Uint8Array, start: usize, len: usize) -> Uint8Array {
    array.subarray(start as u32, (start + len) as u32)
}

/// A digest of the tags of sealed chunks, to tell whether they are those of another time: the
/// commitment that a message of this context would carry. It resists collisions as SHA-512 does.
#[wasm_bindgen]
pub fn fingerprint(tags: &Uint8Array) -> Result<Uint8Array> {
    let schedule = KeySchedule::derive(&[0; KEY_LEN], &[0; SALT_LEN], &[&tags.to_vec()]);
    Ok(array(schedule.map_err(thrown)?.commitment()))
}
