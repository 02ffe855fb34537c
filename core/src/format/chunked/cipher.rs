//! Sealing and opening chunks by index. The cipher is stateless, so threads can share it.

use super::{CHUNK_LEN, KeySchedule, SEALED_CHUNK_LEN, TAG_LEN, chunk_nonce};
use crate::crypto::aead::{Aead, DefaultAead, KEY_LEN, NONCE_LEN};
use crate::error::{Error, Result};

/// The chunk cipher of one message.
///
/// # Security
/// A chunk index must never be sealed twice with different plaintext under one schedule.
pub struct Cipher<A: Aead = DefaultAead> {
    aead: A,
    base_nonce: [u8; NONCE_LEN],
}

/// Shows no field: the base nonce is derived from the input key as well.
impl<A: Aead> core::fmt::Debug for Cipher<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cipher(redacted)")
    }
}

impl<A: Aead> Cipher<A> {
    /// Sets up the AEAD key of a message.
    pub fn new(schedule: &KeySchedule) -> Self {
        Self::raw(&schedule.key, &schedule.base_nonce)
    }

    /// The raw mode of the C2SP specification: key and base nonce come from the caller's own
    /// protocol.
    ///
    /// # Security
    /// Both must be uniformly random and used for one message only; there is no key commitment.
    pub fn raw(key: &[u8; KEY_LEN], base_nonce: &[u8; NONCE_LEN]) -> Self {
        Cipher { aead: A::new(key), base_nonce: *base_nonce }
    }

    fn nonce(&self, index: u64) -> Result<[u8; NONCE_LEN]> {
        chunk_nonce(&self.base_nonce, index)
    }

    /// Seals one chunk of at most 16,384 bytes into `sealed`, which is 16 bytes longer.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the lengths do not fit; [`Error::LimitExceeded`] at 2^38.
    pub fn seal_chunk(&self, index: u64, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
        check_len(plaintext.len(), sealed.len())?;
        Ok(self.aead.seal(&self.nonce(index)?, plaintext, sealed)?)
    }

    /// Seals one chunk in place. The buffer holds the plaintext, then 16 bytes of room for the tag.
    ///
    /// # Errors
    /// As [`Cipher::seal_chunk`].
    pub fn seal_chunk_in_place(&self, index: u64, buffer: &mut [u8]) -> Result<()> {
        check_len(buffer.len().wrapping_sub(TAG_LEN), buffer.len())?;
        Ok(self.aead.seal_in_place(&self.nonce(index)?, buffer)?)
    }

    /// Opens one chunk into `plaintext`, which is 16 bytes shorter.
    ///
    /// # Errors
    /// [`Error::Authentication`] if the chunk is not authentic, and `plaintext` is zeroed;
    /// [`Error::InvalidArgument`] if the lengths do not match; [`Error::LimitExceeded`] for an
    /// index of 2^38 or more.
    pub fn open_chunk(&self, index: u64, sealed: &[u8], plaintext: &mut [u8]) -> Result<()> {
        check_len(plaintext.len(), sealed.len())?;
        self.aead.open(&self.nonce(index)?, sealed, plaintext).map_err(|_| {
            plaintext.fill(0);
            Error::Authentication { chunk: index }
        })
    }

    /// Opens one chunk in place and returns the part of the buffer that holds the plaintext.
    ///
    /// # Errors
    /// As [`Cipher::open_chunk`], and the whole buffer is zeroed.
    pub fn open_chunk_in_place<'b>(
        &self,
        index: u64,
        buffer: &'b mut [u8],
    ) -> Result<&'b mut [u8]> {
        let len = buffer.len().wrapping_sub(TAG_LEN);
        check_len(len, buffer.len())?;
        let opened = self.aead.open_in_place(&self.nonce(index)?, buffer);
        if opened.is_err() {
            buffer.fill(0);
            return Err(Error::Authentication { chunk: index });
        }
        buffer.get_mut(..len).ok_or(Error::InvalidArgument("buffer lengths do not fit"))
    }

    /// Seals a run of chunks, starting at index `first`. Only the last chunk of the run may be
    /// short, and the last run of a message must end with a short one. `sealed` must have exactly
    /// the right length.
    ///
    /// # Errors
    /// As [`Cipher::seal_chunk`].
    pub fn seal_run(&self, first: u64, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
        let chunks = plaintext.chunks(CHUNK_LEN);
        let slots = sealed.chunks_mut(SEALED_CHUNK_LEN);
        if chunks.len() != slots.len() {
            return Err(Error::InvalidArgument("buffer lengths do not fit"));
        }
        for ((chunk, slot), index) in chunks.zip(slots).zip(indices(first)) {
            self.seal_chunk(index, chunk, slot)?;
        }
        Ok(())
    }

    /// Opens a run of chunks, starting at index `first`; the inverse of [`Cipher::seal_run`].
    ///
    /// # Errors
    /// As [`Cipher::open_chunk`], and all of `plaintext` is zeroed.
    pub fn open_run(&self, first: u64, sealed: &[u8], plaintext: &mut [u8]) -> Result<()> {
        let opened = self.open_run_inner(first, sealed, plaintext);
        if opened.is_err() {
            plaintext.fill(0);
        }
        opened
    }

    fn open_run_inner(&self, first: u64, sealed: &[u8], plaintext: &mut [u8]) -> Result<()> {
        let mut rest = plaintext;
        for (chunk, index) in sealed.chunks(SEALED_CHUNK_LEN).zip(indices(first)) {
            let len = chunk.len().checked_sub(TAG_LEN).ok_or(Error::Truncated)?;
            let (slot, tail) = rest
                .split_at_mut_checked(len)
                .ok_or(Error::InvalidArgument("buffer lengths do not fit"))?;
            self.open_chunk(index, chunk, slot)?;
            rest = tail;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidArgument("buffer lengths do not fit"))
        }
    }
}

/// Chunk indices from `first` on. They saturate, so an index over the limit never wraps to a valid
/// one.
fn indices(first: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |offset| first.saturating_add(offset))
}

fn check_len(plaintext: usize, sealed: usize) -> Result<()> {
    if plaintext <= CHUNK_LEN && sealed == plaintext + TAG_LEN {
        Ok(())
    } else {
        Err(Error::InvalidArgument("buffer lengths do not fit"))
    }
}

#[cfg(test)]
#[allow(clippy::large_stack_arrays)] // these tests run without a heap, too
mod tests {
    use super::*;
    use crate::format::limits::MAX_CHUNKS;

    #[test]
    fn the_counter_stops_at_two_to_the_38() {
        let cipher = Cipher::<DefaultAead>::raw(&[1; 32], &[2; 12]);
        let mut sealed = [0; 17];
        cipher.seal_chunk(MAX_CHUNKS - 1, b"x", &mut sealed).unwrap();
        let error = cipher.seal_chunk(MAX_CHUNKS, b"x", &mut sealed).unwrap_err();
        assert!(matches!(error, Error::LimitExceeded(_)));
        let error = cipher.open_chunk(MAX_CHUNKS, &sealed, &mut [0]).unwrap_err();
        assert!(matches!(error, Error::LimitExceeded(_)));
    }

    /// [B-03]: neither the sum of indices nor the nonce may wrap.
    #[test]
    fn a_run_stops_at_two_to_the_38() {
        let cipher = Cipher::<DefaultAead>::raw(&[1; 32], &[2; 12]);
        let (plaintext, mut sealed) = ([7; CHUNK_LEN + 1], [0; SEALED_CHUNK_LEN + 17]);
        for first in [MAX_CHUNKS - 1, MAX_CHUNKS, u64::MAX - 1, u64::MAX] {
            let error = cipher.seal_run(first, &plaintext, &mut sealed).unwrap_err();
            assert!(matches!(error, Error::LimitExceeded(_)));
        }
        cipher.seal_run(MAX_CHUNKS - 2, &plaintext, &mut sealed).unwrap();
        for first in [MAX_CHUNKS, u64::MAX] {
            let mut opened = plaintext;
            let error = cipher.open_run(first, &sealed, &mut opened).unwrap_err();
            assert!(matches!(error, Error::LimitExceeded(_)));
            assert_eq!(opened, [0; CHUNK_LEN + 1]);
        }
        cipher.seal_run(u64::MAX, &[], &mut []).unwrap();
    }

    #[test]
    fn a_modified_chunk_leaves_only_zeros() {
        let cipher = Cipher::<DefaultAead>::raw(&[1; 32], &[2; 12]);
        let mut sealed = [0; 24];
        cipher.seal_chunk(3, b"seashell", &mut sealed).unwrap();
        let mut plaintext = [7; 8];
        let error = cipher.open_chunk(4, &sealed, &mut plaintext).unwrap_err();
        assert!(matches!(error, Error::Authentication { chunk: 4 }));
        assert_eq!(plaintext, [0; 8]);
        assert!(cipher.open_chunk_in_place(4, &mut sealed).is_err());
        assert_eq!(sealed, [0; 24]);
        assert!(cipher.open_chunk_in_place(4, &mut [0; 15]).is_err());
    }
}
