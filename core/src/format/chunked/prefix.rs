//! The prefix of a message: salt and commitment.

use super::{COMMITMENT_LEN, PREFIX_LEN, SALT_LEN};
use crate::error::{Error, Result};

/// The first 56 bytes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Random bytes, fresh for every message, that make its keys unique.
    pub salt: [u8; SALT_LEN],
    /// The key commitment, which only one input key and context derive.
    pub commitment: [u8; COMMITMENT_LEN],
}

impl Prefix {
    /// Takes the prefix off the front of a message and returns it with the rest.
    ///
    /// # Errors
    /// [`Error::Truncated`] for fewer than 56 bytes.
    pub fn split(message: &[u8]) -> Result<(Self, &[u8])> {
        let (salt, rest) = message.split_first_chunk().ok_or(Error::Truncated)?;
        let (commitment, rest) = rest.split_first_chunk().ok_or(Error::Truncated)?;
        Ok((Prefix { salt: *salt, commitment: *commitment }, rest))
    }

    /// The prefix as stored.
    pub fn to_bytes(&self) -> [u8; PREFIX_LEN] {
        let mut bytes = [0; PREFIX_LEN];
        let (salt, commitment) = bytes.split_at_mut(SALT_LEN);
        salt.copy_from_slice(&self.salt);
        commitment.copy_from_slice(&self.commitment);
        bytes
    }
}
