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

/// Length of the text form of `len` bytes.
///
/// # Errors
/// [`Error::LimitExceeded`] if it does not fit the address space.
pub fn text_len(len: usize) -> Result<usize> {
    // Four characters for three bytes; two or three for what is left.
    let rest = (4 * (len % 3)).div_ceil(3);
    (len / 3)
        .checked_mul(4)
        .and_then(|encoded| encoded.checked_add(rest + TEXT_PREFIX.len()))
        .ok_or(Error::LimitExceeded("the text form does not fit the address space"))
}

/// Reads the text form.
///
/// # Errors
/// [`Error::BadMagic`] without the prefix, [`Error::Malformed`] for anything that
/// [`to_text`] does not write.
pub fn from_text(text: &str) -> Result<Vec<u8>> {
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::BadMagic)?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Error::Malformed("the text form is not base64url"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_known_before() {
        for len in 0..100 {
            assert_eq!(text_len(len).unwrap(), to_text(&alloc::vec![7; len]).len());
        }
        assert!(matches!(text_len(usize::MAX), Err(Error::LimitExceeded(_))));
    }
}
