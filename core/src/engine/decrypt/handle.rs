//! A verified header with its DEK.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::DecryptOptions;
use crate::crypto::aead::DefaultAead;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::Dek;
use crate::error::{Error, Result};
use crate::format::body_keys::{AssociatedData, BodyKeys};
use crate::format::chunked::{Cipher, KeySchedule, Prefix, message, plaintext_len};
use crate::format::header::{Header, METADATA_CONTEXT};
#[cfg(feature = "async")]
use crate::keys::{AsyncKeyProvider, unwrap_dek_async};
use crate::keys::{KeyProvider, unwrap_dek};

/// A verified header and its DEK, ready to decrypt every message that carries it.
pub struct DecryptHandle {
    header: Vec<u8>,
    dek: Dek,
    keys: BodyKeys,
}

impl DecryptHandle {
    /// Verifies a header under the DEK that the host unwrapped.
    ///
    /// # Errors
    /// As [`Header::parse`]; [`Error::HeaderAuthentication`] for a wrong DEK or a modified header.
    pub fn new(header: &[u8], dek: Dek) -> Result<Self> {
        Self::from_parsed(&Header::parse(header)?, dek)
    }

    /// Unwraps the DEK of a header with the providers, in their order, until a DEK fits.
    ///
    /// # Errors
    /// As [`Header::parse`]; [`Error::ContextMismatch`] before any provider is asked;
    /// [`Error::NoMatchingKey`], [`Error::KeyUnwrap`] and [`Error::ProviderFailed`] with all
    /// attempts; [`Error::HeaderAuthentication`].
    pub fn open(
        header: &[u8],
        providers: &[&dyn KeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let header = Header::parse(header)?;
        header.context().require(options.required_context.view())?;
        unwrap_dek(&header, providers, |dek| Self::from_parsed(&header, dek))
    }

    /// As [`DecryptHandle::open`], with async providers.
    ///
    /// # Errors
    /// As [`DecryptHandle::open`].
    #[cfg(feature = "async")]
    pub async fn open_async(
        header: &[u8],
        providers: &[&dyn AsyncKeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let header = Header::parse(header)?;
        header.context().require(options.required_context.view())?;
        unwrap_dek_async(&header, providers, |dek| Self::from_parsed(&header, dek)).await
    }

    pub(crate) fn from_parsed(header: &Header<'_>, dek: Dek) -> Result<Self> {
        let prk = Prk::new(dek.expose())?;
        header.verify_with(&prk)?;
        let keys = BodyKeys::new(prk, header.binding_digest());
        Ok(DecryptHandle { header: header.as_bytes().to_vec(), dek, keys })
    }

    /// The verified header, as stored.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header
    }

    /// The verified header, parsed.
    ///
    /// # Errors
    /// None in practice, because the header was parsed before.
    pub fn header(&self) -> Result<Header<'_>> {
        Header::parse(&self.header)
    }

    /// The DEK, for wrapping it again.
    pub const fn dek(&self) -> &Dek {
        &self.dek
    }

    /// The decrypted metadata; `None` if there is none. Wiped on drop.
    ///
    /// # Errors
    /// [`Error::CommitmentMismatch`] or [`Error::Authentication`] if a faulty writer that knew the
    /// DEK made it.
    pub fn metadata(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let sealed = self.header()?.sealed_metadata();
        if sealed.is_empty() {
            return Ok(None);
        }
        let (prefix, chunks) = Prefix::split(sealed)?;
        let schedule = KeySchedule::from_prk(self.keys.prk(), &prefix.salt, METADATA_CONTEXT)?;
        schedule.check(&prefix.commitment)?;
        let mut metadata = Zeroizing::new(alloc::vec![0; body_len(sealed)?]);
        message::open_chunks(&Cipher::<DefaultAead>::new(&schedule), chunks, &mut metadata)?;
        Ok(Some(metadata))
    }

    /// The key schedule of the body with this prefix, after its commitment was checked.
    ///
    /// # Errors
    /// [`Error::CommitmentMismatch`] for another object's body or other associated data.
    pub fn body_schedule(&self, prefix: &Prefix, associated_data: &[u8]) -> Result<KeySchedule> {
        self.schedule(prefix, &AssociatedData::new(associated_data))
    }

    pub(crate) fn schedule(
        &self,
        prefix: &Prefix,
        associated_data: &AssociatedData,
    ) -> Result<KeySchedule> {
        let schedule = self.keys.schedule(&prefix.salt, associated_data)?;
        schedule.check(&prefix.commitment)?;
        Ok(schedule)
    }

    /// Decrypts an envelope with exactly this header into the front of `out`; returns the length of
    /// the plaintext.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the envelope has another header; as
    /// [`DecryptHandle::decrypt_body_into`].
    pub fn decrypt_into(
        &self,
        envelope: &[u8],
        associated_data: &[u8],
        out: &mut [u8],
    ) -> Result<usize> {
        let body = envelope
            .strip_prefix(self.header.as_slice())
            .ok_or(Error::InvalidArgument("the envelope has another header than the handle"))?;
        self.decrypt_body_into(body, associated_data, out)
    }

    /// Decrypts a body into the front of `out`; returns the length of the plaintext.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::CommitmentMismatch`], [`Error::Authentication`];
    /// [`Error::BufferTooSmall`]. On an error, everything that was written to `out` is zeroed.
    pub fn decrypt_body_into(
        &self,
        body: &[u8],
        associated_data: &[u8],
        out: &mut [u8],
    ) -> Result<usize> {
        let (prefix, chunks) = Prefix::split(body)?;
        let schedule = self.body_schedule(&prefix, associated_data)?;
        message::open_chunks(&Cipher::<DefaultAead>::new(&schedule), chunks, out)
    }

    /// Decrypts a body into a new buffer.
    ///
    /// # Errors
    /// As [`DecryptHandle::decrypt_body_into`].
    pub fn decrypt_body(&self, body: &[u8], associated_data: &[u8]) -> Result<Vec<u8>> {
        let (prefix, chunks) = Prefix::split(body)?;
        let schedule = self.body_schedule(&prefix, associated_data)?;
        let mut out = alloc::vec![0; body_len(body)?];
        message::open_chunks(&Cipher::<DefaultAead>::new(&schedule), chunks, &mut out)?;
        Ok(out)
    }
}

fn body_len(body: &[u8]) -> Result<usize> {
    let len = plaintext_len(body.len() as u64)?;
    usize::try_from(len)
        .map_err(|_| Error::LimitExceeded("the message does not fit the address space"))
}

impl core::fmt::Debug for DecryptHandle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DecryptHandle")
            .field("header_len", &self.header.len())
            .finish_non_exhaustive()
    }
}
