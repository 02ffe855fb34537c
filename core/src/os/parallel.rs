//! Encryption and decryption of messages in memory on several cores.
//!
//! Chunks are independent, so the result does not depend on the number of threads. Several threads
//! are faster from a few hundred KiB on; one thread processes shorter messages.

mod segments;

pub use segments::{Fill, Sharing, Sink, Source, Target};

use crate::crypto::rng::SysRng;
use rand_core::TryCryptoRng;

use super::workers::{run_chunks, thread_count};
use crate::engine::decrypt::DecryptHandle;
use crate::engine::encrypt::EncryptHandle;
use crate::error::{Error, Result};
use crate::format::chunked::CHUNK_LEN;

/// Encrypts a message into the front of `out`; returns the length of the envelope in bytes.
///
/// As [`EncryptHandle::encrypt_into`] on `threads` threads, 0 for every core.
///
/// ```
/// use sealwax::{ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, Kek, LocalKek, SysRng};
/// # let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "example")?;
/// # let options = EncryptOptions::new();
/// let (dek, keys) = sealwax::generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng)?;
/// let handle = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
/// let tensor = vec![7; 1 << 20];
/// let mut envelope = vec![0; handle.sealed_len(tensor.len() as u64)? as usize];
/// sealwax::parallel::encrypt_into(&handle, &tensor, b"", &mut envelope, 0)?;
///
/// let handle = DecryptHandle::new(handle.header(), dek)?;
/// let mut again = vec![0; tensor.len()];
/// sealwax::parallel::decrypt_into(&handle, &envelope, b"", &mut again, 0)?;
/// assert_eq!(again, tensor);
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// # Errors
/// [`Error::BufferTooSmall`] if `out` is shorter than [`EncryptHandle::sealed_len`],
/// [`Error::Randomness`].
pub fn encrypt_into(
    handle: &EncryptHandle,
    plaintext: &[u8],
    associated_data: &[u8],
    out: &mut [u8],
    threads: usize,
) -> Result<usize> {
    encrypt_into_with(handle, plaintext, associated_data, out, threads, &mut SysRng)
}

/// As [`encrypt_into`], with the caller's generator.
///
/// # Errors
/// As [`encrypt_into`].
pub fn encrypt_into_with<R: TryCryptoRng + ?Sized>(
    handle: &EncryptHandle,
    plaintext: &[u8],
    associated_data: &[u8],
    out: &mut [u8],
    threads: usize,
    rng: &mut R,
) -> Result<usize> {
    let threads = useful_threads(plaintext, threads);
    if threads == 1 {
        return handle.encrypt_into(plaintext, associated_data, out, rng);
    }
    let sharing = Sharing { threads, segment_len: &|| run_len(threads) };
    sharing.encrypt_with(handle, &plaintext, associated_data, Target::Slice(out), rng)
}

/// Encrypts a message without its header, which is stored elsewhere; otherwise as [`encrypt_into`].
///
/// # Errors
/// As [`encrypt_into`].
pub fn encrypt_body_into(
    handle: &EncryptHandle,
    plaintext: &[u8],
    associated_data: &[u8],
    out: &mut [u8],
    threads: usize,
) -> Result<usize> {
    let threads = useful_threads(plaintext, threads);
    if threads == 1 {
        return handle.encrypt_body_into(plaintext, associated_data, out, &mut SysRng);
    }
    let sharing = Sharing { threads, segment_len: &|| run_len(threads) };
    sharing.seal(handle, &[], &plaintext, associated_data, Target::Slice(out), &mut SysRng)
}

/// Decrypts an envelope with this handle's header into the front of `out`; returns the length of
/// the plaintext in bytes.
///
/// As [`DecryptHandle::decrypt_into`] on `threads` threads, 0 for every core.
///
/// # Errors
/// As [`DecryptHandle::decrypt_into`]; the error names the first modified chunk. Everything that
/// was written to `out` is zeroed.
pub fn decrypt_into(
    handle: &DecryptHandle,
    envelope: &[u8],
    associated_data: &[u8],
    out: &mut [u8],
    threads: usize,
) -> Result<usize> {
    let body = envelope
        .strip_prefix(handle.header_bytes())
        .ok_or(Error::InvalidArgument("the envelope has another header than the handle"))?;
    decrypt_body_into(handle, body, associated_data, out, threads)
}

/// Decrypts a body whose header is stored elsewhere; otherwise as [`decrypt_into`].
///
/// # Errors
/// As [`decrypt_into`].
pub fn decrypt_body_into(
    handle: &DecryptHandle,
    body: &[u8],
    associated_data: &[u8],
    out: &mut [u8],
    threads: usize,
) -> Result<usize> {
    let threads = useful_threads(body, threads);
    if threads == 1 {
        return handle.decrypt_body_into(body, associated_data, out);
    }
    let sharing = Sharing { threads, segment_len: &|| run_len(threads) };
    sharing.decrypt_body(handle, &body, associated_data, Target::Slice(out))
}

/// The number of threads for this much data, from a setting where 0 is one per core.
fn useful_threads(data: &[u8], setting: usize) -> usize {
    thread_count(setting, (data.len() / CHUNK_LEN) as u64)
}

/// Plaintext of one run, in bytes, for memory that is accessed in place.
fn run_len(threads: usize) -> usize {
    usize::try_from(run_chunks(threads)).unwrap_or(1) * CHUNK_LEN
}
