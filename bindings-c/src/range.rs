//! Random access for hosts that fetch byte ranges themselves.

use sealwax::chunked::{self, chunk_of};
use sealwax::range::RangeOpener;
use sealwax::{DecryptHandle, Error};

use crate::decrypt_handle::sealwax_decrypt_handle;
use crate::failure::{Result, sealwax_code};
use crate::panic_boundary::entry;

/// Decrypts ranges of one body. The host fetches the bytes itself, for example from an object
/// store. Any number of threads can use an opener.
pub struct sealwax_range_opener {
    inner: RangeOpener,
}

/// Bytes from `start` inclusive to `end` exclusive.
#[repr(C)]
pub struct sealwax_range {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

impl From<std::ops::Range<u64>> for sealwax_range {
    fn from(range: std::ops::Range<u64>) -> Self {
        sealwax_range { start: range.start, end: range.end }
    }
}

/// Length of the plaintext in a body of `body_len` bytes. It is not authenticated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_plaintext_len(body_len: u64, out_len: *mut u64) -> sealwax_code {
    entry(|| {
        let out = out!(out_len);
        out.set(chunked::plaintext_len(body_len)?)
    })
}

/// Index of the chunk that holds the plaintext byte at `offset`, and the byte's offset in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_chunk_of(
    offset: u64,
    out_index: *mut u64,
    out_offset: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (index, inner) = (out!(out_index), out!(out_offset));
        let position = chunk_of(offset);
        index.set(position.index)?;
        inner.set(position.offset)
    })
}

/// The range of a body that holds the plaintext from `start` to `end`: whole chunks, up to the end
/// of the message. An empty range needs no bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_body_range(
    start: u64,
    end: u64,
    body_len: u64,
    out_range: *mut sealwax_range,
) -> sealwax_code {
    entry(|| {
        let out = out!(out_range);
        out.set(chunked::ciphertext_range(start..end, body_len)?.into())
    })
}

/// The two ranges of a body that `sealwax_range_opener_new` needs: its prefix and its last chunk.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_range_opener_ranges(
    body_len: u64,
    out_prefix: *mut sealwax_range,
    out_last_chunk: *mut sealwax_range,
) -> sealwax_code {
    entry(|| {
        let (out_prefix, out_last) = (out!(out_prefix), out!(out_last_chunk));
        let [prefix, last_chunk] = RangeOpener::opening_ranges(body_len)?;
        out_prefix.set(prefix.into())?;
        out_last.set(last_chunk.into())
    })
}

/// Checks the commitment, and authenticates the length by decrypting the last chunk. `handle` can
/// be freed afterwards. Free the opener with `sealwax_range_opener_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_range_opener_new(
    handle: *const sealwax_decrypt_handle,
    associated_data: *const u8,
    associated_data_len: usize,
    body_len: u64,
    prefix: *const u8,
    prefix_len: usize,
    last_chunk: *const u8,
    last_chunk_len: usize,
    out_opener: *mut *mut sealwax_range_opener,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let prefix = bytes!(prefix, prefix_len);
        let last_chunk = bytes!(last_chunk, last_chunk_len);
        let (handle, out) = (object!(handle), out!(out_opener));
        let inner = open(handle.core(), associated_data, body_len, prefix, last_chunk)?;
        out.give(sealwax_range_opener { inner })
    })
}

fn open(
    handle: &DecryptHandle,
    associated_data: &[u8],
    body_len: u64,
    prefix: &[u8],
    last_chunk: &[u8],
) -> Result<RangeOpener> {
    let wrong = Error::InvalidArgument("the prefix has another length");
    let prefix = prefix.try_into().map_err(|_| wrong)?;
    Ok(RangeOpener::new(handle, associated_data, body_len, prefix, last_chunk)?)
}

/// Authenticated length of the plaintext.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_range_opener_len(
    opener: *const sealwax_range_opener,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let (opener, out) = (object!(opener), out!(out_len));
        out.set(opener.inner.plaintext_len())
    })
}

/// Decrypts the plaintext at `offset` and fills all of `output`.
///
/// `sealed` holds the bytes of `sealwax_body_range` from `offset` to `offset + output_len`. A range
/// that ends after the message is `SEALWAX_ERR_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_range_opener_open(
    opener: *const sealwax_range_opener,
    offset: u64,
    sealed: *const u8,
    sealed_len: usize,
    output: *mut u8,
    output_len: usize,
) -> sealwax_code {
    entry(|| {
        let sealed = bytes!(sealed, sealed_len);
        let output = output!(output, output_len, sealed);
        Ok(object!(opener).inner.open_range(offset, sealed, output)?)
    })
}

/// Frees an opener. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_range_opener_free(opener: *mut sealwax_range_opener) {
    entry(|| free!(opener));
}
