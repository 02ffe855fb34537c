//! A public key, which wraps.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use rand_core::TryCryptoRng;

use super::key_text::{self, PUBLIC_PREFIX};
use super::{HPKE_PROVIDER_ID, fingerprint, info};
use crate::crypto::hpke::{self, HpkeKem, PublicKey};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, ProviderError, Result};
use crate::format::context::ContextRef;
use crate::format::header::WrappedKeyRef;
use crate::keys::{KeyProvider, ProviderCall, WrappedKey};

/// A public key that wraps DEKs without a secret and without a call. Only the
/// [`HpkeIdentity`](super::HpkeIdentity) with the secret key unwraps them.
///
/// ```text
/// wrapped DEK = u16 kem id || enc || ciphertext
/// enc, ciphertext = HPKE seal in base mode, HKDF-SHA256, AES-256-GCM, of the DEK, with info
///     "sealwax/v1 hpke" || 0x00 || u16 len, key id || canonical encryption context
/// ```
/// Source: RFC 9180; FORMAT.md, "The provider `hpke`".
///
/// ```
/// use sealwax::{HpkeIdentity, HpkeKem, HpkeRecipient, SysRng};
///
/// let identity = HpkeIdentity::generate(HpkeKem::XWing, &mut SysRng)?;
/// let line = identity.recipient().to_string(); // for a configuration file or a page
///
/// let recipient: HpkeRecipient = line.parse()?;
/// let envelope = sealwax::encrypt(b"tide table", &[&recipient], &Default::default())?;
/// assert_eq!(sealwax::decrypt(&envelope, &[&identity], &Default::default())?, b"tide table");
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// # Security
/// Everybody who has the public key can wrap, so an envelope does not prove who made it. The
/// implementations of X-Wing and ML-KEM underneath were not audited. X-Wing is a hybrid: it is no
/// weaker than X25519.
pub struct HpkeRecipient {
    kem: HpkeKem,
    key: PublicKey,
    bytes: Vec<u8>,
    key_id: String,
}

impl HpkeRecipient {
    /// What the text form of a public key starts with.
    pub const TEXT_PREFIX: &'static str = PUBLIC_PREFIX;

    /// The public key of a file's content: one line in text form, as of
    /// [`HpkeIdentity::from_file_content`](super::HpkeIdentity::from_file_content).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for anything else.
    pub fn from_file_content(content: &[u8]) -> Result<Self> {
        key_text::line_of_file(content)?.parse()
    }

    /// Whether a file's content is meant to be a public key in text form.
    pub fn is_in(content: &[u8]) -> bool {
        key_text::is_in_file(PUBLIC_PREFIX, content)
    }

    /// A public key of this KEM. Its name in headers is its fingerprint.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for another length, a key that FIPS 203 refuses, and a point of
    /// low order.
    pub fn from_public_key(kem: HpkeKem, public_key: &[u8]) -> Result<Self> {
        PublicKey::from_bytes(kem, public_key).map(|key| Self::made(kem, key))
    }

    pub(super) fn made(kem: HpkeKem, key: PublicKey) -> Self {
        let bytes = key.to_bytes();
        HpkeRecipient { kem, key_id: fingerprint(kem, &bytes), key, bytes }
    }

    /// Gives the key another name in headers. Who decrypts must give the secret key the same one.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an empty name, [`Error::LimitExceeded`] for one over
    /// 2,048 bytes.
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Result<Self> {
        self.key_id = key_id.into();
        let id = HPKE_PROVIDER_ID;
        WrappedKeyRef { provider_id: id, key_id: &self.key_id, wrapped_dek: &[0] }.check()?;
        Ok(self)
    }

    /// The KEM of the key.
    pub const fn kem(&self) -> HpkeKem {
        self.kem
    }

    /// The bytes of the public key.
    pub fn public_key(&self) -> &[u8] {
        &self.bytes
    }

    /// The name that headers carry.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Wraps with the caller's generator; [`KeyProvider::wrap`] uses the operating system's.
    ///
    /// # Errors
    /// [`Error::Randomness`] if the generator fails.
    pub fn wrap_with<R: TryCryptoRng + ?Sized>(
        &self,
        dek: &Dek,
        context: ContextRef<'_>,
        rng: &mut R,
    ) -> Result<WrappedKey> {
        let mut wrapped = self.kem.id().to_be_bytes().to_vec();
        hpke::seal(&self.key, &info(&self.key_id, context)?, dek, rng, &mut wrapped)?;
        WrappedKey::new(HPKE_PROVIDER_ID, self.key_id.as_str(), wrapped)
    }
}

/// The text form: a line with a checksum, for a configuration file or a page.
impl fmt::Display for HpkeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text::encode_public(self.kem, &self.bytes))
    }
}

impl fmt::Debug for HpkeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HpkeRecipient")
            .field("kem", &self.kem)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Reads the text form. The error is [`Error::InvalidArgument`] for a changed character, a secret
/// key, and anything else.
impl FromStr for HpkeRecipient {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kem, bytes) = key_text::decode(PUBLIC_PREFIX, text)?;
        Self::from_public_key(kem, &bytes)
    }
}

impl KeyProvider for HpkeRecipient {
    fn provider_id(&self) -> &str {
        HPKE_PROVIDER_ID
    }

    /// A public key unwraps nothing.
    fn accepts(&self, _: &str) -> bool {
        false
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.key_id))
    }

    fn is_remote(&self) -> bool {
        false
    }

    #[cfg(feature = "getrandom")]
    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.wrap_with(dek, call.context(), &mut crate::crypto::rng::SysRng)
            .map_err(ProviderError::failed)
    }

    /// Without a random source of the system, use [`HpkeRecipient::wrap_with`].
    #[cfg(not(feature = "getrandom"))]
    fn wrap(&self, _: &Dek, _: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        Err(ProviderError::failed(Error::Randomness))
    }

    fn unwrap(&self, _: WrappedKeyRef<'_>, _: &mut ProviderCall<'_>) -> Result<Dek, ProviderError> {
        Err(ProviderError::failed("a public key cannot unwrap: the secret key can"))
    }
}
