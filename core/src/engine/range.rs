//! Random access without I/O: which bytes to fetch for a range of plaintext, and how to open them.
//! Source: FORMAT.md, "Lengths and offsets".
//!
//! The host fetches the prefix and the last chunk of the body first. Opening the last chunk at
//! its index authenticates the length; then any range can be read.

use core::ops::Range;

use crate::crypto::aead::DefaultAead;
use crate::engine::decrypt::DecryptHandle;
use crate::error::{Error, Result};
use crate::format::chunked::{
    self, CHUNK_LEN, ChunkPosition, Cipher, PREFIX_LEN, Prefix, SEALED_CHUNK_LEN, TAG_LEN, chunk_of,
};

/// Opens ranges of one body. It is immutable, so threads can share it.
#[derive(Debug)]
pub struct RangeOpener {
    cipher: Cipher<DefaultAead>,
    body_len: u64,
    plaintext_len: u64,
}

impl RangeOpener {
    /// The byte ranges of the body to fetch for [`RangeOpener::new`]: prefix and last chunk.
    ///
    /// # Errors
    /// [`Error::Truncated`] if no body has this length.
    pub fn opening_ranges(body_len: u64) -> Result<[Range<u64>; 2]> {
        let (_, last) = chunked::last_chunk_range(body_len)?;
        Ok([0..PREFIX_LEN as u64, last])
    }

    /// Checks the commitment and authenticates the length by opening the last chunk.
    ///
    /// # Errors
    /// [`Error::CommitmentMismatch`], [`Error::Authentication`], [`Error::Truncated`].
    pub fn new(
        handle: &DecryptHandle,
        associated_data: &[u8],
        body_len: u64,
        prefix: &[u8; PREFIX_LEN],
        last_chunk: &[u8],
    ) -> Result<Self> {
        let (index, range) = chunked::last_chunk_range(body_len)?;
        if last_chunk.len() as u64 != range.end - range.start {
            return Err(Error::InvalidArgument("the last chunk has another length"));
        }
        let (prefix, _) = Prefix::split(prefix)?;
        let cipher = Cipher::new(&handle.body_schedule(&prefix, associated_data)?);
        let mut scratch =
            zeroize::Zeroizing::new(alloc::vec![0; last_chunk.len().saturating_sub(TAG_LEN)]);
        cipher.open_chunk(index, last_chunk, &mut scratch)?;
        Ok(RangeOpener { cipher, body_len, plaintext_len: chunked::plaintext_len(body_len)? })
    }

    /// Authenticated length of the plaintext, in bytes.
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// The byte range of the whole chunks in the body that hold the plaintext `range`, clamped to
    /// the end.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a range that ends before it starts.
    pub fn body_range(&self, range: Range<u64>) -> Result<Range<u64>> {
        chunked::ciphertext_range(range, self.body_len)
    }

    /// Opens the fetched bytes and fills `out` with the plaintext that starts at `offset`.
    ///
    /// `sealed` holds the bytes of [`RangeOpener::body_range`]`(offset..offset + out.len())`.
    ///
    /// # Errors
    /// [`Error::Authentication`], and `out` is zeroed; [`Error::InvalidArgument`] if the lengths do
    /// not match.
    pub fn open_range(&self, offset: u64, sealed: &[u8], out: &mut [u8]) -> Result<()> {
        let opened = self.open_range_inner(offset, sealed, out);
        if opened.is_err() {
            out.fill(0);
        }
        opened
    }

    fn open_range_inner(&self, offset: u64, sealed: &[u8], out: &mut [u8]) -> Result<()> {
        let expected = self.body_range(offset..offset.saturating_add(out.len() as u64))?;
        if expected.end - expected.start != sealed.len() as u64 {
            return Err(Error::InvalidArgument("buffer lengths do not fit"));
        }
        let ChunkPosition { mut index, offset: mut skip } = chunk_of(offset);
        let mut rest = out;
        for chunk in sealed.chunks(SEALED_CHUNK_LEN) {
            let held = chunk.len().saturating_sub(TAG_LEN);
            let take = held.saturating_sub(skip).min(rest.len());
            let (slot, tail) = rest
                .split_at_mut_checked(take)
                .ok_or(Error::InvalidArgument("buffer lengths do not fit"))?;
            if take == held {
                self.cipher.open_chunk(index, chunk, slot)?;
            } else {
                self.open_part(index, chunk, skip, slot)?;
            }
            (rest, skip, index) = (tail, 0, index + 1);
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidArgument("the range ends behind the message"))
        }
    }

    /// Opens a chunk of which the caller needs only a part.
    fn open_part(&self, index: u64, chunk: &[u8], skip: usize, slot: &mut [u8]) -> Result<()> {
        let mut scratch = zeroize::Zeroizing::new([0; CHUNK_LEN]);
        let scratch = scratch
            .get_mut(..chunk.len().saturating_sub(TAG_LEN))
            .ok_or(Error::InvalidArgument("buffer lengths do not fit"))?;
        self.cipher.open_chunk(index, chunk, scratch)?;
        let wanted = scratch.get(skip..skip + slot.len());
        slot.copy_from_slice(wanted.ok_or(Error::InvalidArgument("buffer lengths do not fit"))?);
        Ok(())
    }
}
