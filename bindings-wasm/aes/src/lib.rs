//! AES-256-GCM in a separate module. Most pages never load it, because they have `WebCrypto`.
//!
//! It does not know the format: keys, nonces and lengths come from the core, through `ts/aes.ts`.
//! Plaintext and keys are copied into memory that is wiped.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands values over

use js_sys::Uint8Array;
use sealwax_aes_gcm_portable::{Aes256Gcm, KEY_LEN, NONCE_LEN, TAG_LEN};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The result of a run whose lengths do not match.
const BAD_LENGTHS: i32 = -2;
/// The result of a successful run.
const DONE: i32 = -1;

/// The cipher under one key.
#[wasm_bindgen]
pub struct Aes {
    cipher: Box<Aes256Gcm>,
    /// Input and output of a run, concatenated; wiped at the end.
    scratch: Zeroizing<Vec<u8>>,
}

#[wasm_bindgen]
impl Aes {
    /// Expands a key of 32 bytes; undefined for another length.
    pub fn create(key: &Uint8Array) -> Option<Aes> {
        let cipher = Box::new(cipher(key)?);
        Some(Aes { cipher, scratch: Zeroizing::new(Vec::new()) })
    }

    /// Seals pieces of `step` bytes, of which the last may be shorter, each with the next nonce.
    /// Returns -1, or -2 if the lengths do not match. Empty input is one empty piece.
    pub fn seal(
        &mut self,
        nonces: &Uint8Array,
        step: u32,
        plaintext: &Uint8Array,
        sealed: &Uint8Array,
    ) -> i32 {
        self.run(plaintext, sealed, |cipher, plaintext, sealed| {
            let steps = (step as usize, step as usize + TAG_LEN);
            each(&nonces.to_vec(), steps, plaintext, sealed, |nonce, plaintext, sealed| {
                let (ciphertext, slot) = sealed.split_last_chunk_mut::<TAG_LEN>()?;
                *slot = cipher.seal(nonce, plaintext, ciphertext).ok()?;
                Some(true)
            })
        })
    }

    /// Opens what `seal` made. Returns -1, -2 if the lengths do not match, or the index of the
    /// first piece that is not authentic. Nothing is written unless all pieces are authentic.
    pub fn open(
        &mut self,
        nonces: &Uint8Array,
        step: u32,
        sealed: &Uint8Array,
        plaintext: &Uint8Array,
    ) -> i32 {
        self.run(sealed, plaintext, |cipher, sealed, plaintext| {
            let steps = (step as usize + TAG_LEN, step as usize);
            each(&nonces.to_vec(), steps, sealed, plaintext, |nonce, sealed, plaintext| {
                let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>()?;
                if ciphertext.len() != plaintext.len() {
                    return None;
                }
                Some(cipher.open(nonce, ciphertext, tag, plaintext).is_ok())
            })
        })
    }
}

impl Aes {
    fn run(
        &mut self,
        input: &Uint8Array,
        output: &Uint8Array,
        work: impl FnOnce(&Aes256Gcm, &[u8], &mut [u8]) -> i32,
    ) -> i32 {
        let (input_len, output_len) = (input.length() as usize, output.length() as usize);
        if self.scratch.len() < input_len + output_len {
            // Reserves room first, because growing would leave a copy behind.
            self.scratch = Zeroizing::new(vec![0; input_len + output_len]);
        }
        let (from, to) = self.scratch.split_at_mut(input_len);
        let to = to.get_mut(..output_len).unwrap_or_default();
        input.copy_to(from);
        let done = work(&self.cipher, from, to);
        if done == DONE {
            output.copy_from(to);
        }
        done
    }
}

/// Calls `work` for each piece, which returns `None` if lengths do not match, and false if it is
/// not authentic.
fn each(
    nonces: &[u8],
    (step, out_step): (usize, usize),
    input: &[u8],
    output: &mut [u8],
    work: impl Fn(&[u8; NONCE_LEN], &[u8], &mut [u8]) -> Option<bool>,
) -> i32 {
    let (nonces, []) = nonces.as_chunks::<NONCE_LEN>() else { return BAD_LENGTHS };
    let (mut input, mut output) = (input, output);
    for (index, nonce) in (0..).zip(nonces) {
        let (piece, rest) = input.split_at(step.min(input.len()));
        let (slot, slots) = output.split_at_mut(out_step.min(output.len()));
        (input, output) = (rest, slots);
        match work(nonce, piece, slot) {
            None => return BAD_LENGTHS,
            Some(false) => return index,
            Some(true) => {}
        }
    }
    if input.is_empty() && output.is_empty() { DONE } else { BAD_LENGTHS }
}

fn cipher(key: &Uint8Array) -> Option<Aes256Gcm> {
    let key = Zeroizing::new(key.to_vec());
    Some(Aes256Gcm::new(<&[u8; KEY_LEN]>::try_from(key.as_slice()).ok()?))
}

/// Encrypts one text in place and writes its tag; false if a length does not match.
#[wasm_bindgen(js_name = sealOnce)]
pub fn seal_once(
    key: &Uint8Array,
    nonce: &Uint8Array,
    text: &Uint8Array,
    tag: &Uint8Array,
) -> bool {
    once(key, nonce, text, |cipher, nonce, bytes| {
        tag.copy_from(&cipher.seal_in_place(nonce, bytes).ok()?);
        Some(())
    })
}

/// Verifies the tag of one text and decrypts it in place; false, and no change, if it is not
/// authentic.
#[wasm_bindgen(js_name = openOnce)]
pub fn open_once(
    key: &Uint8Array,
    nonce: &Uint8Array,
    text: &Uint8Array,
    tag: &Uint8Array,
) -> bool {
    once(key, nonce, text, |cipher, nonce, bytes| {
        cipher.open_in_place(nonce, bytes, tag.to_vec().as_slice().try_into().ok()?).ok()
    })
}

fn once(
    key: &Uint8Array,
    nonce: &Uint8Array,
    text: &Uint8Array,
    work: impl FnOnce(&Aes256Gcm, &[u8; NONCE_LEN], &mut [u8]) -> Option<()>,
) -> bool {
    let done = || {
        let nonce = nonce.to_vec();
        let mut bytes = Zeroizing::new(text.to_vec());
        work(&cipher(key)?, nonce.as_slice().try_into().ok()?, &mut bytes)?;
        text.copy_from(&bytes);
        Some(())
    };
    done().is_some()
}
