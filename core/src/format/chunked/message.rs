//! Whole messages from slice to slice.

use super::{Cipher, KeySchedule, PREFIX_LEN, Prefix, SALT_LEN, layout};
use crate::crypto::aead::Aead;
use crate::error::{Error, Result};

/// Seals `plaintext` under `(key, context)` into the front of `out`; returns the sealed length.
///
/// `context` is the concatenation of its parts (at most five).
///
/// # Errors
/// [`Error::InvalidArgument`] if the length of the key is not 32 bytes; [`Error::BufferTooSmall`]
/// if `out` is shorter than [`sealed_len`](super::sealed_len).
///
/// # Security
/// The salt must be fresh and random for each message of a key.
///
/// ```
/// use sealwax::aead::DefaultAead;
/// use sealwax::chunked;
/// let (key, salt) = ([7; 32], [9; 24]); // random in real life
/// let mut sealed = [0; 77];
/// chunked::seal::<DefaultAead>(&key, &[b"tide table"], &salt, b"18:42", &mut sealed)?;
/// let mut plaintext = [0; 5];
/// chunked::open::<DefaultAead>(&key, &[b"tide table"], &sealed, &mut plaintext)?;
/// assert_eq!(&plaintext, b"18:42");
/// # Ok::<(), sealwax::Error>(())
/// ```
pub fn seal<A: Aead>(
    key: &[u8],
    context: &[&[u8]],
    salt: &[u8; SALT_LEN],
    plaintext: &[u8],
    out: &mut [u8],
) -> Result<usize> {
    let schedule = KeySchedule::derive(key, salt, context)?;
    seal_scheduled::<A>(&schedule, salt, plaintext, out)
}

/// Opens a sealed message into the front of `out`; returns the plaintext length.
///
/// # Errors
/// [`Error::Truncated`] for a length that no message has, [`Error::CommitmentMismatch`] for
/// another key or context, [`Error::Authentication`] for modified chunks,
/// [`Error::InvalidArgument`] if the length of the key is not 32 bytes, [`Error::BufferTooSmall`].
/// On an error, everything that was written to `out` is zeroed.
pub fn open<A: Aead>(
    key: &[u8],
    context: &[&[u8]],
    message: &[u8],
    out: &mut [u8],
) -> Result<usize> {
    let (prefix, chunks) = Prefix::split(message)?;
    let schedule = KeySchedule::derive(key, &prefix.salt, context)?;
    schedule.check(&prefix.commitment)?;
    open_chunks(&Cipher::<A>::new(&schedule), chunks, out)
}

/// As [`seal`], with a derived schedule.
pub(crate) fn seal_scheduled<A: Aead>(
    schedule: &KeySchedule,
    salt: &[u8; SALT_LEN],
    plaintext: &[u8],
    out: &mut [u8],
) -> Result<usize> {
    let needed = usize_len(layout::sealed_len(plaintext.len() as u64)?)?;
    let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    let prefix = Prefix { salt: *salt, commitment: *schedule.commitment() };
    let (head, chunks) =
        out.split_at_mut_checked(PREFIX_LEN).ok_or(Error::BufferTooSmall { needed })?;
    head.copy_from_slice(&prefix.to_bytes());
    seal_chunks(&Cipher::<A>::new(schedule), plaintext, chunks)?;
    Ok(needed)
}

/// Seals all chunks of a message, the empty last one included.
fn seal_chunks<A: Aead>(cipher: &Cipher<A>, plaintext: &[u8], out: &mut [u8]) -> Result<()> {
    let full = plaintext.len() / super::CHUNK_LEN;
    let bounds = (plaintext.split_at_checked(full * super::CHUNK_LEN))
        .zip(out.split_at_mut_checked(full * super::SEALED_CHUNK_LEN));
    let Some(((run, last), (sealed_run, sealed_last))) = bounds else {
        return Err(Error::InvalidArgument("buffer lengths do not fit"));
    };
    cipher.seal_run(0, run, sealed_run)?;
    cipher.seal_chunk(full as u64, last, sealed_last)
}

/// Opens all chunks of a message into the front of `out`.
pub(crate) fn open_chunks<A: Aead>(
    cipher: &Cipher<A>,
    chunks: &[u8],
    out: &mut [u8],
) -> Result<usize> {
    let needed =
        usize_len(layout::plaintext_len((PREFIX_LEN as u64).saturating_add(chunks.len() as u64))?)?;
    let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    cipher.open_run(0, chunks, out)?;
    Ok(needed)
}

fn usize_len(len: u64) -> Result<usize> {
    usize::try_from(len)
        .map_err(|_| Error::LimitExceeded("the message does not fit the address space"))
}
