//! Withholding the start of an envelope until its padding is known.

use crate::engine::encrypt::{Encryptor, LateHeader, PAD_FROM};
use crate::error::Result;
use crate::format::chunked::PREFIX_LEN;

/// Output that is withheld until it is known whether the header is padded. It is sealed, so it
/// needs no wiping.
pub(super) struct Held {
    header: LateHeader,
    body: Vec<u8>,
    plaintext_len: u64,
}

impl Held {
    /// Withholds the start of this message if the padding depends on its length.
    pub(super) fn of(encryptor: &mut Encryptor) -> Option<Self> {
        let header = encryptor.detach_late()?;
        Some(Held { header, body: Vec::new(), plaintext_len: 0 })
    }

    /// Takes the output for this many bytes of plaintext.
    pub(super) fn add(&mut self, plaintext_len: usize, sealed: &[u8]) {
        self.body.extend_from_slice(sealed);
        self.plaintext_len += plaintext_len as u64;
    }

    /// Whether the message is long enough for padding.
    pub(super) const fn is_long(&self) -> bool {
        self.plaintext_len >= PAD_FROM
    }

    /// Whether any full chunk is withheld, which a reader could open.
    pub(super) const fn has_chunk(&self) -> bool {
        self.body.len() > PREFIX_LEN
    }

    /// Header and body so far. A message is known to be short only when it has ended.
    pub(super) fn into_start(mut self, has_ended: bool) -> Result<Vec<u8>> {
        let mut start = self.header.bytes(has_ended.then_some(self.plaintext_len))?;
        start.append(&mut self.body);
        Ok(start)
    }
}
