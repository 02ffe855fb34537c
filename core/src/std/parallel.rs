//! Messages in memory, on several cores.
//!
//! Chunks are independent, so the bytes are the same whatever the number of threads. Worth it from
//! some hundred KiB on; below, one thread does all.

use crate::rng::SysRng;
use rand_core::TryCryptoRng;

use super::workers::{for_each_run, run_chunks, thread_count};
use crate::chunked::{CHUNK_LEN, Cipher, PREFIX_LEN, Prefix, SEALED_CHUNK_LEN, plaintext_len};
use crate::decrypt::DecryptHandle;
use crate::encrypt::EncryptHandle;
use crate::error::{Error, Result};

const LENGTHS: Error = Error::InvalidArgument("buffer lengths do not fit");

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
    let needed = usize::try_from(handle.sealed_len(plaintext.len() as u64)?).unwrap_or(usize::MAX);
    let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    let (header, rest) = out.split_at_mut_checked(handle.header().len()).ok_or(LENGTHS)?;
    let (prefix_slot, chunks) = rest.split_at_mut_checked(PREFIX_LEN).ok_or(LENGTHS)?;
    let (prefix, schedule) = handle.body_schedule(associated_data, rng)?;
    header.copy_from_slice(handle.header());
    prefix_slot.copy_from_slice(&prefix.to_bytes());
    seal_chunks(&Cipher::new(&schedule), plaintext, chunks, threads)?;
    Ok(needed)
}

/// Decrypts an envelope with this handle's header into the front of `out`; returns the length of
/// the plaintext in bytes.
///
/// As [`DecryptHandle::decrypt_into`] on `threads` threads, 0 for every core.
///
/// # Errors
/// As [`DecryptHandle::decrypt_into`]; of several modified chunks the first is named. Everything
/// that was written of `out` is zeroed.
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
    let (prefix, chunks) = Prefix::split(body)?;
    let cipher = Cipher::new(&handle.body_schedule(&prefix, associated_data)?);
    let needed = usize::try_from(plaintext_len(body.len() as u64)?).unwrap_or(usize::MAX);
    let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    let opened = open_chunks(&cipher, chunks, out, threads);
    if opened.is_err() {
        out.fill(0);
    }
    opened.map(|()| needed)
}

/// One run: what is read, and where the result goes.
type Run<'a> = (&'a [u8], &'a mut [u8]);

fn seal_chunks(cipher: &Cipher, plaintext: &[u8], out: &mut [u8], threads: usize) -> Result<()> {
    let full = plaintext.len() / CHUNK_LEN;
    let threads = thread_count(threads, full as u64);
    let run = run_len(threads);
    let (sealed, last_slot) = out.split_at_mut_checked(full * SEALED_CHUNK_LEN).ok_or(LENGTHS)?;
    let (plaintext, last) = plaintext.split_at_checked(full * CHUNK_LEN).ok_or(LENGTHS)?;
    let runs = plaintext.chunks(run * CHUNK_LEN).zip(sealed.chunks_mut(run * SEALED_CHUNK_LEN));
    let seal = |first, (plaintext, sealed): Run<'_>| cipher.seal_run(first, plaintext, sealed);
    share(runs, run, threads, seal)?;
    cipher.seal_chunk(full as u64, last, last_slot)
}

fn open_chunks(cipher: &Cipher, chunks: &[u8], out: &mut [u8], threads: usize) -> Result<()> {
    let full = chunks.len() / SEALED_CHUNK_LEN;
    let threads = thread_count(threads, full as u64);
    let run = run_len(threads);
    let (plaintext, last_slot) = out.split_at_mut_checked(full * CHUNK_LEN).ok_or(LENGTHS)?;
    let (sealed, last) = chunks.split_at_checked(full * SEALED_CHUNK_LEN).ok_or(LENGTHS)?;
    let runs = sealed.chunks(run * SEALED_CHUNK_LEN).zip(plaintext.chunks_mut(run * CHUNK_LEN));
    let open = |first, (sealed, plaintext): Run<'_>| cipher.open_run(first, sealed, plaintext);
    share(runs, run, threads, open)?;
    cipher.open_chunk(full as u64, last, last_slot)
}

fn run_len(threads: usize) -> usize {
    usize::try_from(run_chunks(threads)).unwrap_or(1)
}

/// Hands the runs to the threads, in order; `work` gets the index of a run's first chunk.
fn share<'a>(
    runs: impl Iterator<Item = Run<'a>> + Send,
    run_chunks: usize,
    threads: usize,
    work: impl Fn(u64, Run<'a>) -> Result<()> + Sync,
) -> Result<()> {
    let firsts = (0_u64..).step_by(run_chunks);
    for_each_run(threads, firsts.zip(runs), || (), |(), (first, run)| work(first, run), || Ok(()))
}
