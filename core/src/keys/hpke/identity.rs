//! A secret key, which unwraps.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::key_text::{self, SECRET_PREFIX};
use super::{HPKE_PROVIDER_ID, HpkeRecipient, info};
use crate::crypto::hpke::{self, HpkeKem, PublicKey};
use crate::crypto::secret_key::{Dek, Kek};
use crate::error::{Error, ProviderError, Result};
use crate::format::header::WrappedKeyRef;
#[cfg(feature = "std")]
use crate::keys::key_file;
use crate::keys::{KeyProvider, ProviderCall, WrappedKey};

/// A secret key, which unwraps what its [`HpkeRecipient`] wrapped. It wraps too.
///
/// # Security
/// The secret key is in this process's memory. Keep it where only those are who may decrypt.
pub struct HpkeIdentity {
    secret: Kek,
    recipient: HpkeRecipient,
}

impl HpkeIdentity {
    /// What the text form of a secret key starts with.
    pub const TEXT_PREFIX: &'static str = SECRET_PREFIX;

    /// Whether a file's content is meant to be a secret key in text form.
    pub fn is_in(content: &[u8]) -> bool {
        key_text::is_in_file(SECRET_PREFIX, content)
    }

    /// A fresh key pair.
    ///
    /// # Errors
    /// [`Error::Randomness`] if the generator fails.
    pub fn generate<R: TryCryptoRng + ?Sized>(kem: HpkeKem, rng: &mut R) -> Result<Self> {
        Self::new(kem, Kek::generate(rng)?)
    }

    /// The key pair of a secret key; that of X-Wing is its seed.
    ///
    /// # Errors
    /// None so far.
    pub fn new(kem: HpkeKem, secret: Kek) -> Result<Self> {
        let recipient = HpkeRecipient::made(kem, PublicKey::of(kem, &secret)?);
        Ok(HpkeIdentity { secret, recipient })
    }

    /// The key pair of a secret key in text form.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a changed character, a public key, and anything else.
    pub fn from_text(text: &str) -> Result<Self> {
        let (kem, secret) = key_text::decode(SECRET_PREFIX, text)?;
        Self::new(kem, Kek::from_slice(&secret)?)
    }

    /// The key pair of a file's content: one line with a secret key in text form. White space around
    /// the line, empty lines, lines that start with `#` and a byte order mark are ignored.
    ///
    /// # Errors
    /// As [`HpkeIdentity::from_text`].
    pub fn from_file_content(content: &[u8]) -> Result<Self> {
        Self::from_text(key_text::line_of_file(content)?)
    }

    /// Reads a file; see [`HpkeIdentity::from_file_content`].
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; as [`HpkeIdentity::from_file_content`].
    #[cfg(feature = "std")]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::from_file_content(&key_file::read(path.as_ref())?)
    }

    /// Gives the key another name; see [`HpkeRecipient::with_key_id`].
    ///
    /// # Errors
    /// As [`HpkeRecipient::with_key_id`].
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Result<Self> {
        self.recipient = self.recipient.with_key_id(key_id)?;
        Ok(self)
    }

    /// The public half.
    pub const fn recipient(&self) -> &HpkeRecipient {
        &self.recipient
    }

    /// The secret key, which suffices to read everything that was encrypted for its recipient.
    pub const fn secret(&self) -> &Kek {
        &self.secret
    }

    /// The secret key in text form, so that it can be stored.
    pub fn to_text(&self) -> Zeroizing<String> {
        key_text::encode_secret(self.recipient.kem(), self.secret.expose())
    }
}

impl fmt::Debug for HpkeIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HpkeIdentity")
            .field("secret", &self.secret)
            .field("recipient", &self.recipient)
            .finish()
    }
}

/// The usual reasons. The name of the key was compared before.
const NOT_OPENED: &str =
    "the key of this id has other key material (or the wrapped key or its context was modified)";
const OTHER_KEM: &str = "the wrapped key is of another KEM than the key of this id";

impl KeyProvider for HpkeIdentity {
    fn provider_id(&self) -> &str {
        HPKE_PROVIDER_ID
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.recipient.key_id() == key_id
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.recipient.wrap_key_id()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.recipient.wrap(dek, call)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        let kem = self.recipient.kem();
        let Some(message) = wrapped.wrapped_dek.strip_prefix(&kem.id().to_be_bytes()) else {
            return Err(ProviderError::rejected(OTHER_KEM));
        };
        let info = info(wrapped.key_id, call.context()).map_err(ProviderError::failed)?;
        hpke::open(kem, &self.secret, &info, message).map_err(|error| match error {
            Error::Malformed(_) => ProviderError::rejected(NOT_OPENED),
            error => ProviderError::failed(error),
        })
    }
}
