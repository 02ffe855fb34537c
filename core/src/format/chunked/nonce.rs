//! The nonce of each chunk.

use crate::crypto::aead::NONCE_LEN;
use crate::error::{Error, Result};
use crate::format::limits::MAX_CHUNKS;

/// The nonce of a chunk, for an engine outside this crate: the base nonce XOR the big-endian index.
///
/// # Errors
/// [`Error::LimitExceeded`] for an index of 2^38 or more.
pub fn chunk_nonce(base_nonce: &[u8; NONCE_LEN], index: u64) -> Result<[u8; NONCE_LEN]> {
    if index >= MAX_CHUNKS {
        return Err(Error::LimitExceeded("a message of more than 2^38 chunks"));
    }
    let mut nonce = *base_nonce;
    for (slot, byte) in nonce.iter_mut().rev().zip(index.to_le_bytes()) {
        *slot ^= byte;
    }
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_is_the_base_xor_the_big_endian_index() {
        let nonce = chunk_nonce(&[0xff; 12], 0x01_0203_0405).unwrap();
        assert_eq!(nonce, [255, 255, 255, 255, 255, 255, 255, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa]);
    }
}
