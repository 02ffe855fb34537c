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

/// Reads the text form.
///
/// # Errors
/// [`Error::BadMagic`] without the prefix, [`Error::Malformed`] for anything that
/// [`to_text`] does not write.
pub fn from_text(text: &str) -> Result<Vec<u8>> {
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::BadMagic)?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Error::Malformed("the text form is not base64url"))
}
