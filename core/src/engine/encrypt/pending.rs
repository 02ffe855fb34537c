//! What a header is made of, until it is made.

#[cfg(feature = "std")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Padding;
use super::padding::encode_header;
use crate::crypto::kdf::Prk;
use crate::error::{Error, Result};
use crate::format::context::EncryptionContext;
use crate::format::header::{HeaderParts, WrappedKeyRef};
use crate::keys::WrappedKey;

/// Everything but the encryption context.
pub(super) struct Pending {
    pub(super) prk: Prk,
    pub(super) sealed_metadata: Vec<u8>,
    pub(super) padding: Padding,
    pub(super) wrapped_keys: Vec<WrappedKey>,
}

impl Pending {
    pub(super) const fn lacks_key(&self) -> bool {
        self.wrapped_keys.is_empty()
    }

    /// Whether the header can be made, and would be another one for a short message.
    pub(super) fn waits_for_len(&self) -> bool {
        self.padding == Padding::Auto && !self.lacks_key()
    }

    /// The header for a plaintext of this length, if that is known.
    pub(super) fn header(
        &self,
        context: &EncryptionContext,
        plaintext_len: Option<u64>,
    ) -> Result<Vec<u8>> {
        if self.lacks_key() {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        let views: Vec<WrappedKeyRef<'_>> =
            self.wrapped_keys.iter().map(WrappedKey::view).collect();
        let parts = HeaderParts {
            context: context.view(),
            sealed_metadata: &self.sealed_metadata,
            wrapped_keys: &views,
        };
        encode_header(&parts, &self.prk, self.padding.resolve(plaintext_len))
    }
}

/// A header that was taken out of an encryptor's output before the length of the message was known.
#[cfg(feature = "std")]
pub(crate) struct LateHeader {
    pending: Box<Pending>,
    context: EncryptionContext,
}

#[cfg(feature = "std")]
impl LateHeader {
    pub(super) const fn new(pending: Box<Pending>, context: EncryptionContext) -> Self {
        LateHeader { pending, context }
    }

    /// The header's bytes; `None` if the message goes on for who knows how long.
    pub(crate) fn bytes(&self, plaintext_len: Option<u64>) -> Result<Vec<u8>> {
        self.pending.header(&self.context, plaintext_len)
    }
}
