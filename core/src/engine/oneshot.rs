//! Encryption and decryption of whole messages in memory.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::engine::encrypt::{EncryptHandle, EncryptOptions};
use crate::error::Result;
use crate::format::header::Header;
use crate::keys::KeyProvider;

/// Encrypts `plaintext` under a fresh DEK that every provider wraps.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a provider,
/// [`Error::ProviderFailed`](crate::Error::ProviderFailed) if any provider fails,
/// [`Error::LimitExceeded`](crate::Error::LimitExceeded),
/// [`Error::Randomness`](crate::Error::Randomness).
#[cfg(feature = "getrandom")]
pub fn encrypt(
    plaintext: &[u8],
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
) -> Result<Vec<u8>> {
    encrypt_with(plaintext, providers, options, &mut crate::crypto::rng::OneDraw::new())
}

/// As `encrypt`, with the caller's generator.
///
/// # Errors
/// As `encrypt`.
pub fn encrypt_with<R: TryCryptoRng + ?Sized>(
    plaintext: &[u8],
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    rng: &mut R,
) -> Result<Vec<u8>> {
    let handle = handle_for(plaintext, providers, options, rng)?;
    handle.encrypt(plaintext, options.associated_data, rng)
}

/// A handle for one message.
fn handle_for<R: TryCryptoRng + ?Sized>(
    plaintext: &[u8],
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    rng: &mut R,
) -> Result<EncryptHandle> {
    let len = plaintext.len() as u64;
    let options = options.for_len(len);
    let (dek, keys) = options.generate_dek(providers, Some(len), rng)?;
    EncryptHandle::new(&dek, &keys, &options, rng)
}

/// As `encrypt`, into the front of the caller's buffer; returns the length of the envelope.
///
/// # Errors
/// As `encrypt`; [`Error::BufferTooSmall`](crate::Error::BufferTooSmall) with the length of the
/// envelope with these wrapped keys.
#[cfg(feature = "getrandom")]
pub fn encrypt_into(
    plaintext: &[u8],
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    out: &mut [u8],
) -> Result<usize> {
    let mut rng = crate::crypto::rng::OneDraw::new();
    let handle = handle_for(plaintext, providers, options, &mut rng)?;
    handle.encrypt_into(plaintext, options.associated_data, out, &mut rng)
}

/// Decrypts an envelope with the first provider that unwraps its DEK.
///
/// # Errors
/// Any error of the classes format, key and body.
pub fn decrypt(
    envelope: &[u8],
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<Vec<u8>> {
    let (header, body) = Header::split(envelope)?;
    let handle = DecryptHandle::open(header.as_bytes(), providers, options)?;
    handle.decrypt_body(body, options.associated_data)
}

/// As [`decrypt`], into the front of the caller's buffer; returns the length of the plaintext.
///
/// # Errors
/// As [`decrypt`]; [`Error::BufferTooSmall`](crate::Error::BufferTooSmall). On an error, everything
/// that was written to `out` is zeroed.
pub fn decrypt_into(
    envelope: &[u8],
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    out: &mut [u8],
) -> Result<usize> {
    let (header, body) = Header::split(envelope)?;
    let handle = DecryptHandle::open(header.as_bytes(), providers, options)?;
    handle.decrypt_body_into(body, options.associated_data, out)
}
