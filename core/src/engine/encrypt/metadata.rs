//! Sealing of the metadata, which the header carries encrypted.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use crate::crypto::aead::DefaultAead;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::fill_random;
use crate::error::{Error, Result};
use crate::format::chunked::{KeySchedule, SALT_LEN, message, sealed_len};
use crate::format::header::METADATA_CONTEXT;
use crate::format::limits::MAX_METADATA_LEN;

/// Seals the metadata under the DEK; empty if there is none.
pub(super) fn seal_metadata<R: TryCryptoRng + ?Sized>(
    prk: &Prk,
    metadata: Option<&[u8]>,
    rng: &mut R,
) -> Result<Vec<u8>> {
    let Some(metadata) = metadata else { return Ok(Vec::new()) };
    if metadata.len() > MAX_METADATA_LEN {
        return Err(Error::LimitExceeded("metadata larger than 16,384 bytes"));
    }
    let mut salt = [0; SALT_LEN];
    fill_random(rng, &mut salt)?;
    let schedule = KeySchedule::from_prk(prk, &salt, METADATA_CONTEXT)?;
    let len = usize::try_from(sealed_len(metadata.len() as u64)?).unwrap_or(usize::MAX);
    let mut sealed = alloc::vec![0; len];
    message::seal_scheduled::<DefaultAead>(&schedule, &salt, metadata, &mut sealed)?;
    Ok(sealed)
}
