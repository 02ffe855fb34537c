//! Encryption: the handle that seals any number of messages, and the state machine for one.

mod encryptor;
mod handle;
mod pending;

pub use encryptor::Encryptor;
pub use handle::EncryptHandle;
#[cfg(feature = "std")]
pub(crate) use pending::LateHeader;

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use crate::crypto::secret_key::Dek;
use crate::error::Result;
use crate::format::context::EncryptionContext;
use crate::format::header::PAGE_LEN;
use crate::format::limits::MAX_HEADER_LEN;
use crate::keys::{KeyProvider, Require, WrappedKey, generate_required};

/// How long the header is made, so that it can later be rewrapped in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// A multiple of 4,096 bytes for messages of 1 MiB and more or of unknown length, else none.
    ///
    /// A length is unknown only as long as it has to be: an [`Encryptor`] holds its header back for
    /// the first chunk of 16 KiB, and the adapters for `Read` and `Write` for 1 MiB, so a message
    /// that ends before that has no padding either.
    #[default]
    Auto,
    /// As short as can be.
    None,
    /// A multiple of 4,096 bytes.
    Page,
    /// This many bytes; too few is an error.
    Exact(usize),
}

/// Messages at least this long get a padded header by [`Padding::Auto`], in bytes.
pub(crate) const PAD_FROM: u64 = 1 << 20;

impl Padding {
    /// What [`Padding::Auto`] means for a message of this length; `None` if it is not known.
    #[must_use]
    pub const fn resolve(self, plaintext_len: Option<u64>) -> Self {
        match (self, plaintext_len) {
            (Padding::Auto, Some(len)) if len < PAD_FROM => Padding::None,
            (Padding::Auto, _) => Padding::Page,
            (resolved, _) => resolved,
        }
    }

    /// The whole header's length, from its length without padding.
    fn header_len(self, encoded_len: usize) -> usize {
        match self.resolve(None) {
            Padding::None => encoded_len,
            Padding::Exact(len) => len,
            _ => encoded_len.next_multiple_of(PAGE_LEN).min(MAX_HEADER_LEN),
        }
    }
}

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

    /// Bytes that the reader must present again; authenticated, never stored.
    #[must_use]
    pub const fn associated_data(mut self, associated_data: &'a [u8]) -> Self {
        self.associated_data = associated_data;
        self
    }

    /// Up to 16 KiB that travel encrypted in the header, such as a file name.
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

    /// Whether every provider must wrap the DEK, which is the default. Else one is enough, and the
    /// keys of those that fail are missing in the object; its header tells which are there. A
    /// [`CachingEncryptor`](crate::CachingEncryptor) always requires all.
    #[must_use]
    pub const fn require_all(mut self, require_all: bool) -> Self {
        self.require = if require_all { Require::All } else { Require::Any };
        self
    }

    /// Makes a DEK for a plaintext of this many bytes, if that is known, and has the providers
    /// wrap it as these options say.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a provider;
    /// [`Error::ProviderFailed`](crate::Error::ProviderFailed) with each attempt that failed;
    /// [`Error::Randomness`](crate::Error::Randomness).
    pub fn generate_dek<R: TryCryptoRng + ?Sized>(
        &self,
        providers: &[&dyn KeyProvider],
        plaintext_len: Option<u64>,
        rng: &mut R,
    ) -> Result<(Dek, Vec<WrappedKey>)> {
        generate_required(providers, self.encryption_context(), plaintext_len, self.require, rng)
    }

    /// The options as they are, with [`Padding::Auto`] resolved for a known length.
    pub(crate) fn for_len(&self, plaintext_len: u64) -> Self {
        let mut options = self.clone();
        options.padding = self.padding.resolve(Some(plaintext_len));
        options
    }

    pub(crate) fn encryption_context(&self) -> crate::format::context::ContextRef<'_> {
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

/// Seals the metadata under the DEK; empty if there is none.
fn seal_metadata<R: TryCryptoRng + ?Sized>(
    prk: &crate::crypto::kdf::Prk,
    metadata: Option<&[u8]>,
    rng: &mut R,
) -> Result<Vec<u8>> {
    use crate::crypto::aead::DefaultAead;
    use crate::format::chunked::{KeySchedule, SALT_LEN, message, sealed_len};
    let Some(metadata) = metadata else { return Ok(Vec::new()) };
    if metadata.len() > crate::format::limits::MAX_METADATA_LEN {
        return Err(crate::Error::LimitExceeded("metadata larger than 16,384 bytes"));
    }
    let mut salt = [0; SALT_LEN];
    crate::crypto::secret_key::fill_random(rng, &mut salt)?;
    let schedule = KeySchedule::from_prk(prk, &salt, crate::format::header::METADATA_CONTEXT)?;
    let len = usize::try_from(sealed_len(metadata.len() as u64)?).unwrap_or(usize::MAX);
    let mut sealed = alloc::vec![0; len];
    message::seal_scheduled::<DefaultAead>(&schedule, &salt, metadata, &mut sealed)?;
    Ok(sealed)
}
