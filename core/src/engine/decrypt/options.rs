//! What the reader expects of an envelope.

use crate::format::context::EncryptionContext;

/// What the reader expects of an envelope.
#[derive(Clone, Default)]
pub struct DecryptOptions<'a> {
    pub(crate) required_context: EncryptionContext,
    pub(crate) associated_data: &'a [u8],
}

impl<'a> DecryptOptions<'a> {
    /// No required context, no associated data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pairs that the envelope's context must have. Checked before any KMS is asked.
    #[must_use]
    pub fn required_context(mut self, context: EncryptionContext) -> Self {
        self.required_context = context;
        self
    }

    /// The associated data that the message was encrypted with.
    #[must_use]
    pub const fn associated_data(mut self, associated_data: &'a [u8]) -> Self {
        self.associated_data = associated_data;
        self
    }
}

impl core::fmt::Debug for DecryptOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DecryptOptions")
            .field("required_context", &self.required_context)
            .field("associated_data_len", &self.associated_data.len())
            .finish()
    }
}
