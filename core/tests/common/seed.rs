//! Deterministic bytes: test keys, salts and plaintexts.

use std::convert::Infallible;

use sealwax::rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha512};

/// SHA-512 of a message, in hexadecimal.
pub fn sha512_hex(bytes: &[u8]) -> String {
    hex(&Sha512::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Bytes of lower- or upper-case hexadecimal.
pub fn unhex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).expect("hexadecimal")
}

/// `N` bytes that depend on the label only: `SHA-512("sealwax vectors v1" || 0x00 || label)`, cut.
pub fn derived<const N: usize>(label: &str) -> [u8; N] {
    let mut hash = Sha512::new();
    hash.update(b"sealwax vectors v1\0");
    hash.update(label.as_bytes());
    hash.finalize()[..N].try_into().expect("at most 64 bytes")
}

/// As many derived bytes as wanted.
pub fn derived_vec(label: &str, len: usize) -> Vec<u8> {
    let block = |i: usize| derived::<64>(&format!("{label}/{i}"));
    (0..len.div_ceil(64)).flat_map(block).take(len).collect()
}

/// The formula of all plaintexts: byte `i` is `(i mod 251 + seed) mod 256`. 251 does not divide the
/// length of a chunk, so chunks differ from each other.
pub fn pattern(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|i| u8::try_from(i % 251).expect("below 251").wrapping_add(seed)).collect()
}

/// A generator that hands out given bytes, and panics when they are used up.
pub struct Queue(std::collections::VecDeque<u8>);

impl Queue {
    pub fn new(bytes: impl IntoIterator<Item = u8>) -> Self {
        Queue(bytes.into_iter().collect())
    }

    /// Whether all bytes were used.
    pub fn is_used_up(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryRng for Queue {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for slot in bytes {
            *slot = self.0.pop_front().expect("the test gave too little randomness");
        }
        Ok(())
    }
}

impl TryCryptoRng for Queue {}
