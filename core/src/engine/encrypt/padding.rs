//! The length of a header.

use alloc::vec::Vec;

use crate::crypto::kdf::Prk;
use crate::error::{Error, Result};
use crate::format::header::{HeaderParts, PAGE_LEN};
use crate::format::limits::MAX_HEADER_LEN;

/// The length of the header. Padding leaves room for a later rewrap in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// Pads to a multiple of 4,096 bytes for messages of 1 MiB and more, or of unknown length.
    ///
    /// A short message of unknown length is not padded: an [`Encryptor`](crate::Encryptor)
    /// withholds its header for the first chunk of 16 KiB, and the adapters for `Read` and `Write`
    /// withhold it for 1 MiB.
    #[default]
    Auto,
    /// No padding.
    None,
    /// Pads to a multiple of 4,096 bytes.
    Page,
    /// Pads to exactly this many bytes. Fewer than the header needs is an error.
    Exact(usize),
}

/// Shortest message for which [`Padding::Auto`] pads the header, in bytes.
pub(crate) const PAD_FROM: u64 = 1 << 20;

impl Padding {
    /// Resolves [`Padding::Auto`] for a message of this length; `None` is an unknown length.
    #[must_use]
    pub const fn resolve(self, plaintext_len: Option<u64>) -> Self {
        match (self, plaintext_len) {
            (Padding::Auto, Some(len)) if len < PAD_FROM => Padding::None,
            (Padding::Auto, _) => Padding::Page,
            (resolved, _) => resolved,
        }
    }

    /// The length of the padded header, from its length without padding.
    fn header_len(self, encoded_len: usize) -> usize {
        match self.resolve(None) {
            Padding::None => encoded_len,
            Padding::Exact(len) => len,
            _ => encoded_len.next_multiple_of(PAGE_LEN).min(MAX_HEADER_LEN),
        }
    }
}

/// Encodes a header with the padding that the options ask for.
pub(super) fn encode_header(
    parts: &HeaderParts<'_>,
    prk: &Prk,
    padding: Padding,
) -> Result<Vec<u8>> {
    let header_len = padding.header_len(parts.encoded_len()?);
    if header_len > MAX_HEADER_LEN {
        return Err(Error::LimitExceeded("a header larger than 65,536 bytes"));
    }
    let mut header = alloc::vec![0; header_len];
    parts.encode_with(prk, header_len, &mut header)?;
    Ok(header)
}
