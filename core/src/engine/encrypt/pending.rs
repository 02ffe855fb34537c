//! The parts of a header that is not encoded yet.

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

    /// Whether the header can be encoded and would be different for a short message.
    pub(super) fn waits_for_len(&self) -> bool {
        self.padding == Padding::Auto && !self.lacks_key()
    }

    /// The encoded header for a plaintext of this length, if it is known.
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

/// A header that an encryptor withholds until the length of the message is known.
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

    /// The encoded header; `plaintext_len` is `None` if it will not be known before the header must
    /// leave.
    pub(crate) fn bytes(&self, plaintext_len: Option<u64>) -> Result<Vec<u8>> {
        self.pending.header(&self.context, plaintext_len)
    }
}
