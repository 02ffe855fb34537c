//! The text form of envelopes and headers.

use std::ffi::c_char;

use sealwax::Error;

use crate::failure::sealwax_code;
use crate::output::{fill, room};
use crate::panic_boundary::entry;

/// Length of the text form of `len` bytes, without the zero byte at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_text_len(len: usize, out_len: *mut usize) -> sealwax_code {
    entry(|| {
        let out = out!(out_len);
        out.set(sealwax::text_len(len)?)
    })
}

/// Writes the text form of an envelope or a header, and a zero byte after it.
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
        out.set(written)
    })
}

/// Converts the text form back into bytes. `text_len` bytes are always enough.
///
/// Text that `sealwax_to_text` would not write is `SEALWAX_ERR_BAD_MAGIC` or
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
        // The input is untrusted: bytes that are not UTF-8 are malformed input and not misuse.
        let text = std::str::from_utf8(input).map_err(|_| not_text(input))?;
        out.set(sealwax::from_text_into(text, output)?)
    })
}

fn not_text(input: &[u8]) -> Error {
    if input.starts_with(sealwax::TEXT_PREFIX.as_bytes()) {
        Error::Malformed("the text form is not base64url")
    } else {
        Error::BadMagic
    }
}
