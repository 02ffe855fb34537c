//! The text form of an envelope or a header: `sealwax1.` and base64url without padding.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// What every text form starts with.
pub const TEXT_PREFIX: &str = "sealwax1.";

/// Writes the text form of an envelope or a header.
///
/// ```
/// assert_eq!(sealwax::to_text(b"SEALWAX\x01"), "sealwax1.U0VBTFdBWAE");
/// ```
pub fn to_text(bytes: &[u8]) -> String {
    let mut text = String::from(TEXT_PREFIX);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text
}

/// As [`to_text`], into the caller's buffer; returns the number of bytes written.
///
/// # Errors
/// [`Error::BufferTooSmall`] if `output` is shorter than [`text_len`] says.
pub fn to_text_into(bytes: &[u8], output: &mut [u8]) -> Result<usize> {
    let needed = text_len(bytes.len())?;
    let too_small = || Error::BufferTooSmall { needed };
    let room = output.get_mut(..needed).ok_or_else(too_small)?;
    let (prefix, encoded) = room.split_at_mut(TEXT_PREFIX.len());
    prefix.copy_from_slice(TEXT_PREFIX.as_bytes());
    URL_SAFE_NO_PAD.encode_slice(bytes, encoded).map_err(|_| too_small())?;
    Ok(needed)
}

/// Length of the text form of `len` bytes.
///
/// # Errors
/// [`Error::LimitExceeded`] if it does not fit the address space.
pub fn text_len(len: usize) -> Result<usize> {
    // Four characters encode three bytes; two or three encode the rest.
    let rest = (4 * (len % 3)).div_ceil(3);
    (len / 3)
        .checked_mul(4)
        .and_then(|encoded| encoded.checked_add(rest + TEXT_PREFIX.len()))
        .ok_or(Error::LimitExceeded("the text form does not fit the address space"))
}

/// Decodes the text form.
///
/// # Errors
/// [`Error::BadMagic`] without the prefix, [`Error::Malformed`] for anything else that [`to_text`]
/// never writes.
pub fn from_text(text: &str) -> Result<Vec<u8>> {
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::BadMagic)?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Error::Malformed("the text form is not base64url"))
}

/// As [`from_text`], into the caller's buffer; returns the number of bytes written. A buffer as
/// long as the text always suffices.
///
/// # Errors
/// As [`from_text`]; [`Error::BufferTooSmall`]. On an error, everything that was written to
/// `output` is zeroed.
pub fn from_text_into(text: &str, output: &mut [u8]) -> Result<usize> {
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::BadMagic)?;
    // Four characters decode to three bytes; the rest decodes to one or two.
    let needed = encoded.len() / 4 * 3 + (encoded.len() % 4).saturating_sub(1);
    let room = output.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    URL_SAFE_NO_PAD.decode_slice(encoded, room).map_err(|_| {
        room.fill(0);
        Error::Malformed("the text form is not base64url")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_exactly_the_length_are_enough() {
        for len in 0..100 {
            let bytes: Vec<u8> = (0..len).collect();
            let text = to_text(&bytes);
            let mut written = alloc::vec![0; text.len()];
            assert_eq!(to_text_into(&bytes, &mut written).unwrap(), text.len());
            assert_eq!(written, text.as_bytes());
            let mut read = alloc::vec![0; bytes.len()];
            assert_eq!(from_text_into(&text, &mut read).unwrap(), bytes.len());
            assert_eq!(read, bytes);
            let short = from_text_into(&text, &mut read[1.min(bytes.len())..]);
            let is_short =
                matches!(short, Err(Error::BufferTooSmall { needed }) if needed == bytes.len());
            assert!(is_short || bytes.is_empty());
            let short = to_text_into(&bytes, &mut written[1..]);
            assert!(matches!(short, Err(Error::BufferTooSmall { needed }) if needed == text.len()));
        }
    }

    #[test]
    fn what_is_no_text_form_leaves_nothing() {
        let mut output = [7; 8];
        for text in ["sealwax1.AAAA!AAA", "sealwax1.AAAAA", "sealwax1.AAAB="] {
            assert!(
                matches!(from_text_into(text, &mut output), Err(Error::Malformed(_))),
                "{text}"
            );
            assert!(from_text(text).is_err());
        }
        assert_eq!(output[..3], [0; 3]);
        assert!(matches!(from_text_into("sealwax2.AAAA", &mut output), Err(Error::BadMagic)));
    }

    #[test]
    fn the_length_is_known_before() {
        for len in 0..100 {
            assert_eq!(text_len(len).unwrap(), to_text(&alloc::vec![7; len]).len());
        }
        assert!(matches!(text_len(usize::MAX), Err(Error::LimitExceeded(_))));
    }
}
