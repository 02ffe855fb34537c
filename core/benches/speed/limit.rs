//! The limits: what the fastest crates do when nothing else is done.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use hkdf::Hkdf;
use sha2::Sha512;

/// Plaintext of a chunk, in bytes.
pub const CHUNK: usize = 16_384;
/// A chunk with its tag, in bytes.
pub const SEALED: usize = CHUNK + TAG;
const TAG: usize = 16;

/// AES-256-GCM under one key, by AWS-LC without anything around it.
pub struct Bare(LessSafeKey);

impl Bare {
    pub fn new(key: &[u8]) -> Self {
        Bare(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a key")))
    }

    fn nonce(index: usize) -> Nonce {
        let mut nonce = [7; 12];
        nonce[4..].copy_from_slice(&(index as u64).to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }

    pub fn seal(&self, index: usize, plaintext: &[u8], sealed: &mut [u8]) {
        let (text, tag) = sealed.split_at_mut(plaintext.len());
        self.0
            .seal_out_of_place_scatter(Self::nonce(index), Aad::empty(), plaintext, text, &[], tag)
            .expect("seals");
    }

    pub fn open(&self, index: usize, sealed: &[u8], plaintext: &mut [u8]) {
        let (text, tag) = sealed.split_at(plaintext.len());
        self.0
            .open_separate_gather(Self::nonce(index), Aad::empty(), text, tag, plaintext)
            .expect("opens");
    }

    /// A loop over chunks, and nothing else.
    pub fn seal_all(&self, plaintext: &[u8], sealed: &mut [u8]) {
        for (index, (chunk, slot)) in
            plaintext.chunks(CHUNK).zip(sealed.chunks_mut(SEALED)).enumerate()
        {
            self.seal(index, chunk, &mut slot[..chunk.len() + TAG]);
        }
    }

    /// A loop over chunks, and nothing else.
    pub fn open_all(&self, sealed: &[u8], plaintext: &mut [u8]) {
        for (index, (chunk, slot)) in
            sealed.chunks(SEALED).zip(plaintext.chunks_mut(CHUNK)).enumerate()
        {
            self.open(index, chunk, slot);
        }
    }
}

/// One HKDF-Expand over as many bytes as a message of this format has, of a key that is ready.
pub struct Expand(Hkdf<Sha512>);

impl Expand {
    pub fn new() -> Self {
        Expand(Hkdf::from_prk(&[3; 64]).expect("a key"))
    }

    /// 48 bytes of label, 24 of salt, 144 of context; 76 bytes out.
    pub fn expand(&self) -> [u8; 76] {
        let mut okm = [0; 76];
        let info: [&[u8]; 3] = [&[1; 48], &[2; 24], &[3; 144]];
        self.0.expand_multi_info(black_box(&info), &mut okm).expect("expands");
        okm
    }
}
