//! The start of an envelope that may turn out to be short.

use crate::engine::encrypt::{Encryptor, LateHeader, PAD_FROM};
use crate::error::Result;
use crate::format::chunked::PREFIX_LEN;

/// What waits until it is known whether the header is padded: sealed, so it needs no wiping.
pub(super) struct Held {
    header: LateHeader,
    body: Vec<u8>,
    plaintext_len: u64,
}

impl Held {
    /// Holds the start of this message back, if the padding depends on its length.
    pub(super) fn of(encryptor: &mut Encryptor) -> Option<Self> {
        let header = encryptor.detach_late()?;
        Some(Held { header, body: Vec::new(), plaintext_len: 0 })
    }

    /// Takes what comes of so many bytes of plaintext.
    pub(super) fn add(&mut self, plaintext_len: usize, sealed: &[u8]) {
        self.body.extend_from_slice(sealed);
        self.plaintext_len += plaintext_len as u64;
    }

    /// Whether the message is one that gets padding.
    pub(super) const fn is_long(&self) -> bool {
        self.plaintext_len >= PAD_FROM
    }

    /// Whether there is anything to hand on that a reader could open.
    pub(super) const fn has_chunk(&self) -> bool {
        self.body.len() > PREFIX_LEN
    }

    /// Header and body so far. Only a message that has ended is known to be short.
    pub(super) fn into_start(mut self, has_ended: bool) -> Result<Vec<u8>> {
        let mut start = self.header.bytes(has_ended.then_some(self.plaintext_len))?;
        start.append(&mut self.body);
        Ok(start)
    }
}
