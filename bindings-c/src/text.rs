//! The text form of an envelope or a header.

use std::ffi::c_char;

use sealwax::Error;

use crate::failure::{Result, entry, sealwax_code};

/// Length of the text form of `len` bytes, without a zero byte at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_text_len(len: usize, out_len: *mut usize) -> sealwax_code {
    entry(|| {
        let out = out!(out_len);
        out.set(sealwax::text_len(len)?);
        Ok(())
    })
}

/// Writes the text form of an envelope or a header, and a zero byte behind it.
///
/// `capacity` is one more than `sealwax_text_len`; `out_len` does not count the zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_to_text(
    bytes: *const u8,
    bytes_len: usize,
    text: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let bytes = bytes!(bytes, bytes_len);
        let output = output!(text, capacity, bytes);
        let out = out!(out_len);
        room(output, sealwax::text_len(bytes.len())?.saturating_add(1))?;
        let written = sealwax::to_text_into(bytes, output)?;
        fill(output.get_mut(written..).unwrap_or_default(), &[0])?;
        out.set(written);
        Ok(())
    })
}

/// Reads the text form back into bytes. No more than `text_len` bytes are ever needed.
///
/// Anything that `sealwax_to_text` does not write is `SEALWAX_ERR_BAD_MAGIC` or
/// `SEALWAX_ERR_MALFORMED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_from_text(
    text: *const c_char,
    text_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let input = bytes!(text, text_len);
        let output = output!(output, capacity, input);
        let out = out!(out_len);
        // Not UTF-8 is not of the text form, rather than a bad argument: the input is untrusted.
        let text = std::str::from_utf8(input).map_err(|_| not_text(input))?;
        out.set(sealwax::from_text_into(text, output)?);
        Ok(())
    })
}

fn not_text(input: &[u8]) -> Error {
    if input.starts_with(sealwax::TEXT_PREFIX.as_bytes()) {
        Error::Malformed("the text form is not base64url")
    } else {
        Error::BadMagic
    }
}

/// Fails if `output` has no room for `needed` bytes.
pub(crate) fn room(output: &[u8], needed: usize) -> Result<()> {
    if output.len() < needed { Err(Error::BufferTooSmall { needed }.into()) } else { Ok(()) }
}

/// Writes `bytes` to the front of `output`; returns their length.
pub(crate) fn fill(output: &mut [u8], bytes: &[u8]) -> Result<usize> {
    let needed = bytes.len();
    let slot = output.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    slot.copy_from_slice(bytes);
    Ok(needed)
}
