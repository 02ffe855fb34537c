//! The limit of the engine in WebAssembly: the same cipher, built by the same flags, over chunks
//! that never leave this memory.
#![allow(clippy::missing_panics_doc)] // the lengths fit

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use wasm_bindgen::prelude::wasm_bindgen;

const CHUNK: usize = 16_384;

/// Seals this many chunks in place, one over the other, and returns a byte of the last tag.
#[wasm_bindgen]
pub fn seal(chunks: u32) -> u8 {
    let cipher = Aes256Gcm::new(&[7; 32].into());
    let mut chunk = vec![3; CHUNK];
    let mut last = 0;
    for index in 0..chunks {
        let tag =
            cipher.encrypt_inout_detached(&nonce(index).into(), &[], chunk.as_mut_slice().into());
        last = tag.expect("a chunk is short enough")[0];
    }
    last
}

/// Opens a chunk this many times and returns a byte of it.
#[wasm_bindgen]
pub fn open(chunks: u32) -> u8 {
    let cipher = Aes256Gcm::new(&[7; 32].into());
    let mut sealed = vec![3; CHUNK];
    let nonce = nonce(0).into();
    let tag = cipher.encrypt_inout_detached(&nonce, &[], sealed.as_mut_slice().into());
    let tag = tag.expect("a chunk is short enough");
    let mut chunk = vec![0; CHUNK];
    for _ in 0..chunks {
        chunk.copy_from_slice(&sealed);
        let opened = cipher.decrypt_inout_detached(&nonce, &[], chunk.as_mut_slice().into(), &tag);
        opened.expect("it is authentic");
    }
    chunk[0]
}

fn nonce(index: u32) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[8..].copy_from_slice(&index.to_be_bytes());
    nonce
}
