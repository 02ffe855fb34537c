//! The key schedule: from input key, salt and context to key, base nonce and commitment.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{COMMITMENT_LEN, SALT_LEN};
use crate::crypto::aead::{KEY_LEN, NONCE_LEN};
use crate::crypto::kdf::Prk;
use crate::error::{Error, Result};

const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// Key, base nonce and commitment, in bytes.
pub(crate) const EXPANDED_LEN: usize = KEY_LEN + NONCE_LEN + COMMITMENT_LEN;

/// What HKDF-Expand derives for one message.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct KeySchedule {
    pub(super) key: [u8; KEY_LEN],
    pub(super) base_nonce: [u8; NONCE_LEN],
    #[zeroize(skip)]
    pub(super) commitment: [u8; COMMITMENT_LEN],
}

impl KeySchedule {
    /// Derives the keys of the message with this salt. `context` is the concatenation of its parts.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the length of the input key is not 32 bytes.
    pub fn derive(input_key: &[u8], salt: &[u8; SALT_LEN], context: &[&[u8]]) -> Result<Self> {
        let key = input_key
            .try_into()
            .map_err(|_| Error::InvalidArgument("the input key must have 32 bytes"))?;
        let [context] = context else {
            return Self::from_parts(&Prk::new(key)?, salt, context);
        };
        Self::from_prk(&Prk::new(key)?, salt, context)
    }

    /// As [`KeySchedule::derive`], with a key that is already set up.
    pub(crate) fn from_prk(prk: &Prk, salt: &[u8; SALT_LEN], context: &[u8]) -> Result<Self> {
        Self::expand(prk, &[LABEL, salt, context])
    }

    /// The info string for at most five context parts; the format needs no more.
    pub(crate) fn from_parts(prk: &Prk, salt: &[u8; SALT_LEN], context: &[&[u8]]) -> Result<Self> {
        let mut info: [&[u8]; 7] = [LABEL, salt, &[], &[], &[], &[], &[]];
        let slots = info.get_mut(2..2 + context.len());
        slots
            .ok_or(Error::InvalidArgument("more than five context parts"))?
            .copy_from_slice(context);
        Self::expand(prk, &info)
    }

    fn expand(prk: &Prk, info: &[&[u8]]) -> Result<Self> {
        let mut okm = zeroize::Zeroizing::new([0; EXPANDED_LEN]);
        prk.expand(info, okm.as_mut_slice())?;
        Ok(Self::from_expanded(&okm))
    }

    /// The info string, for a key store that expands a key internally.
    #[cfg(feature = "alloc")]
    pub(crate) fn info(salt: &[u8; SALT_LEN], context: &[&[u8]]) -> alloc::vec::Vec<u8> {
        [LABEL, salt.as_slice()].iter().chain(context).copied().flatten().copied().collect()
    }

    /// The schedule from the output of HKDF-Expand.
    pub(crate) fn from_expanded(okm: &[u8; EXPANDED_LEN]) -> Self {
        let mut schedule = KeySchedule {
            key: [0; KEY_LEN],
            base_nonce: [0; NONCE_LEN],
            commitment: [0; COMMITMENT_LEN],
        };
        let (key, rest) = okm.split_at(KEY_LEN);
        let (base_nonce, commitment) = rest.split_at(NONCE_LEN);
        schedule.key.copy_from_slice(key);
        schedule.base_nonce.copy_from_slice(base_nonce);
        schedule.commitment.copy_from_slice(commitment);
        schedule
    }

    /// The message's AES-256-GCM key, for an engine outside this crate (such as `WebCrypto`).
    ///
    /// # Security
    /// It opens the whole message. Import it as non-extractable and wipe the copy.
    pub const fn expose_key(&self) -> &[u8; KEY_LEN] {
        &self.key
    }

    /// The base nonce, for an engine outside this crate. The nonce of chunk `i` is the base nonce
    /// XOR the big-endian `i`.
    pub const fn base_nonce(&self) -> &[u8; NONCE_LEN] {
        &self.base_nonce
    }
}

impl core::fmt::Debug for KeySchedule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeySchedule(redacted)")
    }
}
