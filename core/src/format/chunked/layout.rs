//! Offsets and lengths of chunks in a message.

use core::ops::Range;

use super::{CHUNK_LEN, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use crate::error::{Error, Result};
use crate::format::limits::MAX_CHUNKS;

const CHUNK: u64 = CHUNK_LEN as u64;
const SEALED_CHUNK: u64 = SEALED_CHUNK_LEN as u64;
const PREFIX: u64 = PREFIX_LEN as u64;
const TAG: u64 = TAG_LEN as u64;
const TOO_LONG: Error = Error::LimitExceeded("a message of more than 2^38 chunks");

/// The position of a byte of plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkPosition {
    /// Index of the chunk, from 0.
    pub index: u64,
    /// Offset in the chunk's plaintext, in bytes.
    pub offset: usize,
}

/// The chunk that holds the plaintext byte at `offset`.
pub const fn chunk_of(offset: u64) -> ChunkPosition {
    // The remainder is below 16,384 and fits every usize.
    #[allow(clippy::cast_possible_truncation)]
    ChunkPosition { index: offset / CHUNK, offset: (offset % CHUNK) as usize }
}

/// Length of the sealed message of `plaintext_len` bytes: prefix, chunks and tags.
///
/// # Errors
/// [`Error::LimitExceeded`] for more than 2^38 chunks.
pub const fn sealed_len(plaintext_len: u64) -> Result<u64> {
    let full = plaintext_len / CHUNK;
    if full >= MAX_CHUNKS {
        return Err(TOO_LONG);
    }
    Ok(PREFIX + plaintext_len + (full + 1) * TAG)
}

/// Length of the plaintext in a sealed message of `sealed_len` bytes.
///
/// # Errors
/// [`Error::Truncated`] for lengths that no message has; [`Error::LimitExceeded`] for more than
/// 2^38 chunks.
pub const fn plaintext_len(sealed_len: u64) -> Result<u64> {
    let Some(chunks) = sealed_len.checked_sub(PREFIX) else { return Err(Error::Truncated) };
    let full = chunks / SEALED_CHUNK;
    let Some(last) = (chunks % SEALED_CHUNK).checked_sub(TAG) else { return Err(Error::Truncated) };
    if full >= MAX_CHUNKS {
        return Err(TOO_LONG);
    }
    Ok(full * CHUNK + last)
}

/// The byte range of the whole chunks in the sealed message that hold the plaintext `range`.
///
/// The range is clamped to the end of the message; an empty range needs no bytes.
///
/// # Errors
/// As [`plaintext_len`]; [`Error::InvalidArgument`] for a range that ends before it starts.
pub fn ciphertext_range(range: Range<u64>, sealed_len: u64) -> Result<Range<u64>> {
    let len = plaintext_len(sealed_len)?;
    if range.start > range.end {
        return Err(Error::InvalidArgument("the range ends before it starts"));
    }
    let (start, end) = (range.start.min(len), range.end.min(len));
    let first = PREFIX + start / CHUNK * SEALED_CHUNK;
    if start == end {
        return Ok(first..first);
    }
    let past_last = PREFIX + end.div_ceil(CHUNK) * SEALED_CHUNK;
    Ok(first..past_last.min(sealed_len))
}

/// Index and bytes of the last chunk of a sealed message: opening it authenticates the length.
///
/// # Errors
/// As [`plaintext_len`].
pub fn last_chunk_range(sealed_len: u64) -> Result<(u64, Range<u64>)> {
    let index = plaintext_len(sealed_len)? / CHUNK;
    Ok((index, PREFIX + index * SEALED_CHUNK..sealed_len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_inverse_around_every_boundary() {
        for n in (0..5).chain(16_380..16_390).chain(32_766..32_771).chain([1 << 40]) {
            let sealed = sealed_len(n).unwrap();
            assert_eq!(plaintext_len(sealed).unwrap(), n);
            let (index, range) = last_chunk_range(sealed).unwrap();
            assert_eq!(index, n / CHUNK);
            assert_eq!(range.end - range.start, n % CHUNK + TAG);
        }
    }

    #[test]
    fn impossible_lengths_are_truncated() {
        for sealed in (0..72).chain(56 + 16_400..56 + 16_416).chain(56 + 32_800..56 + 32_816) {
            assert!(matches!(plaintext_len(sealed), Err(Error::Truncated)), "{sealed}");
        }
    }

    #[test]
    fn four_pebibytes_are_the_limit() {
        let most = MAX_CHUNKS * CHUNK - 1;
        assert_eq!(plaintext_len(sealed_len(most).unwrap()).unwrap(), most);
        assert!(matches!(sealed_len(most + 1), Err(Error::LimitExceeded(_))));
        assert!(matches!(plaintext_len(u64::MAX - 100), Err(Error::LimitExceeded(_))));
    }

    #[test]
    fn ranges_cover_whole_chunks_and_stop_at_the_end() {
        let sealed = sealed_len(40_000).unwrap();
        assert_eq!(ciphertext_range(0..1, sealed).unwrap(), 56..16_456);
        assert_eq!(ciphertext_range(16_383..16_385, sealed).unwrap(), 56..32_856);
        assert_eq!(ciphertext_range(39_999..90_000, sealed).unwrap(), 32_856..sealed);
        assert!(ciphertext_range(50_000..60_000, sealed).unwrap().is_empty());
        #[allow(clippy::reversed_empty_ranges)]
        let backwards = ciphertext_range(2..1, sealed);
        assert!(matches!(backwards, Err(Error::InvalidArgument(_))));
        assert_eq!(chunk_of(16_385), ChunkPosition { index: 1, offset: 1 });
    }
}
