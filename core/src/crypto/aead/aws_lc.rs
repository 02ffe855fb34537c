//! AWS-LC, through the `aws-lc-rs` crate: assembly for each generation of processors.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{Aead, AeadError, KEY_LEN, NONCE_LEN, sealed::Sealed, split_tag, split_tag_mut};
use crate::error::Result;

/// AES-256-GCM by AWS-LC, which wipes the expanded key on drop.
///
/// With the feature `fips` it runs inside AWS-LC's FIPS module. Opening is then an approved
/// service. Sealing is not: the module approves AES-GCM encryption only with nonces that it
/// generates itself, and this format derives its nonces.
pub struct AwsLc {
    /// `None` if AWS-LC could not allocate the key; every call fails then.
    key: Option<LessSafeKey>,
}

impl Sealed for AwsLc {}

impl core::fmt::Debug for AwsLc {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AwsLc(redacted)")
    }
}

impl AwsLc {
    fn key(&self) -> Result<&LessSafeKey, AeadError> {
        self.key.as_ref().ok_or(AeadError)
    }
}

fn nonce(nonce: &[u8; NONCE_LEN]) -> Nonce {
    Nonce::assume_unique_for_key(*nonce)
}

impl Aead for AwsLc {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        AwsLc { key: UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new) }
    }

    fn seal(
        &self,
        nonce_bytes: &[u8; NONCE_LEN],
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag_mut(sealed)?;
        self.key()?
            .seal_out_of_place_scatter(
                nonce(nonce_bytes),
                Aad::empty(),
                plaintext,
                ciphertext,
                &[],
                tag,
            )
            .map_err(|_| AeadError)
    }

    fn seal_in_place(
        &self,
        nonce_bytes: &[u8; NONCE_LEN],
        buffer: &mut [u8],
    ) -> Result<(), AeadError> {
        let (text, tag) = split_tag_mut(buffer)?;
        self.key()?
            .seal_in_place_scatter(nonce(nonce_bytes), Aad::empty(), text, &[], tag)
            .map_err(|_| AeadError)
    }

    fn open(
        &self,
        nonce_bytes: &[u8; NONCE_LEN],
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), AeadError> {
        let (ciphertext, tag) = split_tag(sealed)?;
        self.key()?
            .open_separate_gather(nonce(nonce_bytes), Aad::empty(), ciphertext, tag, plaintext)
            .map_err(|_| AeadError)
    }

    fn open_in_place(
        &self,
        nonce_bytes: &[u8; NONCE_LEN],
        buffer: &mut [u8],
    ) -> Result<(), AeadError> {
        self.key()?
            .open_in_place(nonce(nonce_bytes), Aad::empty(), buffer)
            .map(|_| ())
            .map_err(|_| AeadError)
    }
}

#[cfg(all(test, feature = "fips"))]
mod tests {
    #[test]
    fn the_fips_module_passed_its_self_tests_and_serves() {
        assert!(aws_lc_rs::try_fips_mode().is_ok());
    }
}
