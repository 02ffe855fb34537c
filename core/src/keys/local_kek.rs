//! A key encryption key that the host holds itself.

use alloc::borrow::Cow;
use alloc::string::String;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{KeyProvider, ProviderCall, WrappedKey, key_file};
use crate::crypto::aead::DefaultAead;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::{Dek, KEY_LEN, Kek, fill_random};
use crate::error::{Error, ProviderError, Result};
use crate::format::chunked::{Cipher, KeySchedule, PREFIX_LEN, Prefix, SALT_LEN, TAG_LEN, message};
use crate::format::codec::len_u16;
use crate::format::context::ContextRef;
use crate::format::header::{LOCAL_PROVIDER_ID, WrappedKeyRef};

pub(super) const LABEL: &[u8] = b"sealwax/v1 local-wrap\0";
pub(super) const WRAPPED_LEN: usize = PREFIX_LEN + KEY_LEN + TAG_LEN;

/// A 32-byte KEK under a name.
///
/// ```text
/// wrapped DEK = chunked-encryption message of the DEK under the KEK, with context
///     "sealwax/v1 local-wrap" || 0x00 || u16 len, key id || canonical encryption context
/// ```
/// Source: FORMAT.md, "Local wrap".
///
/// # Security
/// The KEK is in this process's memory. Prefer a KMS or an HSM that holds it.
pub struct LocalKek {
    kek: Kek,
    /// The KEK, set up for HKDF-Expand once for all wrappings.
    prk: Prk,
    key_id: String,
}

impl LocalKek {
    /// A KEK with the name that headers will carry.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an empty name, [`Error::LimitExceeded`] for one over
    /// 2,048 bytes.
    pub fn new(kek: Kek, key_id: impl Into<String>) -> Result<Self> {
        let key_id = key_id.into();
        WrappedKeyRef { provider_id: LOCAL_PROVIDER_ID, key_id: &key_id, wrapped_dek: &[0] }
            .check()?;
        Ok(LocalKek { prk: Prk::new(kek.expose())?, kek, key_id })
    }

    /// A KEK of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for anything else; as [`LocalKek::new`].
    pub fn from_hex(hex: &str, key_id: impl Into<String>) -> Result<Self> {
        Self::new(key_file::parse_hex(hex)?, key_id)
    }

    /// A KEK of 32 bytes in base64, standard or URL alphabet, with or without padding.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for anything else; as [`LocalKek::new`].
    pub fn from_base64(base64: &str, key_id: impl Into<String>) -> Result<Self> {
        Self::new(key_file::parse_base64(base64)?, key_id)
    }

    /// A KEK from the content of a key file: 32 raw bytes, or one line of hex or base64.
    ///
    /// White space around the line, empty lines, lines that start with `#` and a byte order mark
    /// are ignored. 32 characters of text are not accepted as raw bytes: they are the hex digits of
    /// 16 bytes, or a password, with half of the required entropy at best.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for anything else; as [`LocalKek::new`].
    pub fn from_file_content(content: &[u8], key_id: impl Into<String>) -> Result<Self> {
        Self::new(key_file::parse(content)?, key_id)
    }

    /// Reads a key file; see [`LocalKek::from_file_content`].
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; as [`LocalKek::from_file_content`].
    #[cfg(feature = "std")]
    pub fn from_file(path: impl AsRef<std::path::Path>, key_id: impl Into<String>) -> Result<Self> {
        Self::from_file_content(&key_file::read(path.as_ref())?, key_id)
    }

    /// The KEK itself, so that it can be stored.
    pub const fn kek(&self) -> &Kek {
        &self.kek
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
        let (mut salt, mut wrapped) = ([0; SALT_LEN], [0; WRAPPED_LEN]);
        fill_random(rng, &mut salt)?;
        let len = len_u16(self.key_id.as_bytes())?.to_be_bytes();
        let schedule = KeySchedule::from_parts(&self.prk, &salt, &self.info(&len, context))?;
        message::seal_scheduled::<DefaultAead>(&schedule, &salt, dek.expose(), &mut wrapped)?;
        WrappedKey::new(LOCAL_PROVIDER_ID, self.key_id.as_str(), wrapped)
    }

    fn info<'a>(&'a self, len: &'a [u8; 2], context: ContextRef<'a>) -> [&'a [u8]; 4] {
        [LABEL, len, self.key_id.as_bytes(), context.as_bytes()]
    }

    fn open(&self, wrapped: &[u8], context: ContextRef<'_>) -> Result<Dek> {
        let mut dek = Zeroizing::new([0; KEY_LEN]);
        let len = len_u16(self.key_id.as_bytes())?.to_be_bytes();
        let (prefix, chunks) = Prefix::split(wrapped)?;
        let info = self.info(&len, context);
        let schedule = KeySchedule::from_parts(&self.prk, &prefix.salt, &info)?;
        schedule.check(&prefix.commitment)?;
        let cipher = Cipher::<DefaultAead>::new(&schedule);
        let opened = message::open_chunks(&cipher, chunks, dek.as_mut_slice())?;
        Dek::from_slice(dek.get(..opened).unwrap_or_default())
    }
}

impl core::fmt::Debug for LocalKek {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LocalKek")
            .field("kek", &self.kek)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl KeyProvider for LocalKek {
    fn provider_id(&self) -> &str {
        LOCAL_PROVIDER_ID
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key_id == key_id
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

    /// Without a random source of the system, use [`LocalKek::wrap_with`].
    #[cfg(not(feature = "getrandom"))]
    fn wrap(&self, _: &Dek, _: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        Err(ProviderError::failed(Error::Randomness))
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.open(wrapped.wrapped_dek, call.context()).map_err(|error| match error {
            Error::CommitmentMismatch => ProviderError::rejected(OTHER_KEY),
            _ => ProviderError::Rejected,
        })
    }
}

/// The usual reason for a commitment that does not match. The key id was compared before.
const OTHER_KEY: &str = "the key of this id has other key material (or the header was modified)";
