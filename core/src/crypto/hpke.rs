//! HPKE (RFC 9180) in base mode with HKDF-SHA256 and AES-256-GCM, for one DEK a message.

mod kem;
mod keys;
mod latch;

use alloc::vec::Vec;

use ::hpke::aead::{AeadTag, AesGcm256};
use ::hpke::inout::InOutBuf;
use ::hpke::kdf::HkdfSha256;
use ::hpke::kem::{Kem, X25519HkdfSha256, XWing};
use ::hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use ::hpke::{single_shot_open_inout_detached, single_shot_seal_inout_detached_with_rng};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

pub use kem::HpkeKem;
pub(crate) use keys::PublicKey;

use super::secret_key::{Dek, KEY_LEN, Kek};
use crate::error::{Error, Result};
use latch::Latch;

/// Length of the tag of AES-256-GCM, in bytes.
const TAG_LEN: usize = 16;

/// Length of a DEK with its tag, in bytes.
const SEALED_LEN: usize = KEY_LEN + TAG_LEN;

/// The wrapped key has another length than the key's KEM gives it.
const WRONG_LENGTH: Error = Error::Malformed("the wrapped key has another length than its KEM's");

/// Nothing more is known of a ciphertext that does not open.
const NOT_OPENED: Error = Error::Malformed("the wrapped key did not open");

/// Appends `enc || ciphertext` of the DEK to `out`.
///
/// # Errors
/// [`Error::Randomness`] if the generator fails.
pub(crate) fn seal<R: TryCryptoRng + ?Sized>(
    key: &PublicKey,
    info: &[u8],
    dek: &Dek,
    rng: &mut R,
    out: &mut Vec<u8>,
) -> Result<()> {
    match key {
        PublicKey::X25519(key) => seal_by::<X25519HkdfSha256, R>(key, info, dek, rng, out),
        PublicKey::XWing(key) => seal_by::<XWing, R>(key, info, dek, rng, out),
    }
}

fn seal_by<K: Kem, R: TryCryptoRng + ?Sized>(
    key: &K::PublicKey,
    info: &[u8],
    dek: &Dek,
    rng: &mut R,
    out: &mut Vec<u8>,
) -> Result<()> {
    let (mut sealed, mut latch) = (Zeroizing::new(*dek.expose()), Latch::new(rng));
    let buffer = InOutBuf::from(sealed.as_mut_slice());
    let made = single_shot_seal_inout_detached_with_rng::<AesGcm256, HkdfSha256, K>(
        &OpModeS::Base,
        key,
        info,
        buffer,
        &[],
        &mut latch,
    );
    latch.check()?;
    let (enc, tag) = made.map_err(|_| keys::LOW_ORDER)?;
    out.extend_from_slice(&enc.to_bytes());
    out.extend_from_slice(sealed.as_slice());
    out.extend_from_slice(&tag.to_bytes());
    Ok(())
}

/// Opens `enc || ciphertext`.
///
/// # Errors
/// [`Error::Malformed`] for another length, a point of low order and whatever does not open.
pub(crate) fn open(kem: HpkeKem, secret: &Kek, info: &[u8], message: &[u8]) -> Result<Dek> {
    let (enc, sealed) = message.split_at_checked(kem.enc_len()).ok_or(WRONG_LENGTH)?;
    keys::check_order(enc).map_err(|_| NOT_OPENED)?;
    match kem {
        HpkeKem::X25519 => open_by::<X25519HkdfSha256>(secret, info, enc, sealed),
        HpkeKem::XWing => open_by::<XWing>(secret, info, enc, sealed),
    }
}

fn open_by<K: Kem>(secret: &Kek, info: &[u8], enc: &[u8], sealed: &[u8]) -> Result<Dek> {
    let sealed: &[u8; SEALED_LEN] = sealed.try_into().map_err(|_| WRONG_LENGTH)?;
    let (body, tag) = sealed.split_at(KEY_LEN);
    let mut dek = Zeroizing::new([0; KEY_LEN]);
    dek.copy_from_slice(body);
    single_shot_open_inout_detached::<AesGcm256, HkdfSha256, K>(
        &OpModeR::Base,
        &keys::private::<K>(secret)?,
        &K::EncappedKey::from_bytes(enc).map_err(|_| WRONG_LENGTH)?,
        info,
        InOutBuf::from(dek.as_mut_slice()),
        &[],
        &AeadTag::<AesGcm256>::from_bytes(tag).map_err(|_| WRONG_LENGTH)?,
    )
    .map_err(|_| NOT_OPENED)?;
    Dek::from_slice(dek.as_slice())
}
