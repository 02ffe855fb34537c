//! What to encrypt with, besides the keys.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use super::Padding;
use crate::crypto::secret_key::Dek;
use crate::error::Result;
use crate::format::context::{ContextRef, EncryptionContext};
#[cfg(feature = "async")]
use crate::keys::{AsyncKeyProvider, generate_required_async};
use crate::keys::{KeyProvider, Require, WrappedKey, generate_required};

/// What to encrypt with, besides the keys.
///
/// ```
/// use sealwax::{EncryptOptions, EncryptionContext};
/// let context = EncryptionContext::from_pairs([("tenant", "blue")])?;
/// let options = EncryptOptions::new().context(context).metadata(b"tide table.csv");
/// # Ok::<(), sealwax::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct EncryptOptions<'a> {
    pub(crate) context: EncryptionContext,
    pub(crate) associated_data: &'a [u8],
    pub(crate) metadata: Option<&'a [u8]>,
    pub(crate) padding: Padding,
    pub(crate) require: Require,
}

impl<'a> EncryptOptions<'a> {
    /// No context, no associated data, no metadata, automatic padding.
    pub fn new() -> Self {
        Self::default()
    }

    /// Public pairs that are stored, authenticated and passed to the KMS.
    #[must_use]
    pub fn context(mut self, context: EncryptionContext) -> Self {
        self.context = context;
        self
    }

    /// Bytes that are authenticated but not stored. The reader must provide the same bytes.
    #[must_use]
    pub const fn associated_data(mut self, associated_data: &'a [u8]) -> Self {
        self.associated_data = associated_data;
        self
    }

    /// Up to 16 KiB that the header carries encrypted, such as a file name.
    #[must_use]
    pub const fn metadata(mut self, metadata: &'a [u8]) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// How long the header is made.
    #[must_use]
    pub const fn padding(mut self, padding: Padding) -> Self {
        self.padding = padding;
        self
    }

    /// Whether every provider must wrap the DEK, which is the default. Otherwise one suffices, and
    /// the wrapped keys of providers that fail are missing from the object; its header shows which
    /// are present. A `CachingEncryptor` always requires all. A provider that fails because of
    /// [`Error::Cancelled`](crate::Error::Cancelled) stops the call in both cases.
    #[must_use]
    pub const fn require_all(mut self, require_all: bool) -> Self {
        self.require = if require_all { Require::All } else { Require::Any };
        self
    }

    /// Makes a DEK and wraps it with the providers as these options say. `plaintext_len` is in
    /// bytes, if it is known.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a provider;
    /// [`Error::ProviderFailed`](crate::Error::ProviderFailed) with all failed attempts;
    /// [`Error::Randomness`](crate::Error::Randomness).
    pub fn generate_dek<R: TryCryptoRng + ?Sized>(
        &self,
        providers: &[&dyn KeyProvider],
        plaintext_len: Option<u64>,
        rng: &mut R,
    ) -> Result<(Dek, Vec<WrappedKey>)> {
        generate_required(providers, self.encryption_context(), plaintext_len, self.require, rng)
    }

    /// As [`EncryptOptions::generate_dek`], with async providers.
    ///
    /// # Errors
    /// As [`EncryptOptions::generate_dek`].
    #[cfg(feature = "async")]
    pub async fn generate_dek_async<R: TryCryptoRng + ?Sized>(
        &self,
        providers: &[&dyn AsyncKeyProvider],
        plaintext_len: Option<u64>,
        rng: &mut R,
    ) -> Result<(Dek, Vec<WrappedKey>)> {
        let context = self.encryption_context();
        generate_required_async(providers, context, plaintext_len, self.require, rng).await
    }

    /// The options with [`Padding::Auto`] resolved for a known length.
    pub(crate) fn for_len(&self, plaintext_len: u64) -> Self {
        let mut options = self.clone();
        options.padding = self.padding.resolve(Some(plaintext_len));
        options
    }

    pub(crate) fn encryption_context(&self) -> ContextRef<'_> {
        self.context.view()
    }
}

impl core::fmt::Debug for EncryptOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EncryptOptions")
            .field("context", &self.context)
            .field("associated_data_len", &self.associated_data.len())
            .field("metadata_len", &self.metadata.map(<[u8]>::len))
            .field("padding", &self.padding)
            .field("require", &self.require)
            .finish()
    }
}
