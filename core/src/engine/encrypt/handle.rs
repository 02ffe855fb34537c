//! One DEK and one header for many messages.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use super::metadata::seal_metadata;
use super::padding::encode_header;
use super::{EncryptOptions, Encryptor};
use crate::crypto::aead::DefaultAead;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::{Dek, fill_random};
use crate::error::{Error, Result};
use crate::format::body_keys::{AssociatedData, BodyKeys};
use crate::format::chunked::{self, Cipher, KeySchedule, Prefix, SALT_LEN, message};
use crate::format::header::{Header, HeaderParts, WrappedKeyRef};
use crate::keys::WrappedKey;

/// A DEK and its encoded header, ready to encrypt any number of messages.
///
/// All messages carry the same header: context, metadata and wrapped keys. Each has its own random
/// salt, and therefore its own key, base nonce and commitment. The KMS is called once for all of
/// them.
///
/// # Security
/// A party that unwraps the DEK can read all messages of the handle. By the birthday bound of the
/// 192-bit salt, 2^77 messages are safe.
pub struct EncryptHandle {
    header: Vec<u8>,
    keys: BodyKeys,
}

impl EncryptHandle {
    /// Encodes the header. The associated data in `options` is ignored: it belongs to each message.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a wrapped key, [`Error::LimitExceeded`] if a part is too
    /// large, [`Error::Randomness`].
    pub fn new<R: TryCryptoRng + ?Sized>(
        dek: &Dek,
        wrapped_keys: &[WrappedKey],
        options: &EncryptOptions<'_>,
        rng: &mut R,
    ) -> Result<Self> {
        let prk = Prk::new(dek.expose())?;
        let sealed_metadata = seal_metadata(&prk, options.metadata, rng)?;
        let views: Vec<WrappedKeyRef<'_>> = wrapped_keys.iter().map(WrappedKey::view).collect();
        let parts = HeaderParts {
            context: options.context.view(),
            sealed_metadata: &sealed_metadata,
            wrapped_keys: &views,
        };
        let header = encode_header(&parts, &prk, options.padding)?;
        let binding = parts.binding_digest()?;
        Ok(EncryptHandle { header, keys: BodyKeys::new(prk, binding) })
    }

    /// The header that every message carries, MAC included.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Length of a sealed message, header included, in bytes.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for more than 2^38 chunks.
    pub fn sealed_len(&self, plaintext_len: u64) -> Result<u64> {
        Ok(chunked::sealed_len(plaintext_len)?.saturating_add(self.header.len() as u64))
    }

    /// Encrypts a message into the front of `out`; returns the length of the envelope.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `out` is shorter than [`EncryptHandle::sealed_len`],
    /// [`Error::Randomness`].
    pub fn encrypt_into<R: TryCryptoRng + ?Sized>(
        &self,
        plaintext: &[u8],
        associated_data: &[u8],
        out: &mut [u8],
        rng: &mut R,
    ) -> Result<usize> {
        let needed =
            usize::try_from(self.sealed_len(plaintext.len() as u64)?).unwrap_or(usize::MAX);
        let (head, body) =
            out.split_at_mut_checked(self.header.len()).ok_or(Error::BufferTooSmall { needed })?;
        let written =
            self.encrypt_body_into(plaintext, associated_data, body, rng).map_err(|error| {
                if let Error::BufferTooSmall { .. } = error {
                    Error::BufferTooSmall { needed }
                } else {
                    error
                }
            })?;
        head.copy_from_slice(&self.header);
        Ok(self.header.len() + written)
    }

    /// Encrypts a message without its header, which is stored elsewhere.
    ///
    /// # Errors
    /// As [`EncryptHandle::encrypt_into`].
    pub fn encrypt_body_into<R: TryCryptoRng + ?Sized>(
        &self,
        plaintext: &[u8],
        associated_data: &[u8],
        out: &mut [u8],
        rng: &mut R,
    ) -> Result<usize> {
        let (salt, schedule) = self.schedule(associated_data, rng)?;
        message::seal_scheduled::<DefaultAead>(&schedule, &salt, plaintext, out)
    }

    /// Encrypts a message into a new buffer.
    ///
    /// # Errors
    /// As [`EncryptHandle::encrypt_into`].
    pub fn encrypt<R: TryCryptoRng + ?Sized>(
        &self,
        plaintext: &[u8],
        associated_data: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>> {
        let len = self.sealed_len(plaintext.len() as u64)?;
        // On 32-bit systems a plaintext may fit into memory while its envelope does not.
        let len = isize::try_from(len).ok().and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or(Error::LimitExceeded("the message does not fit the address space"))?;
        let mut out = alloc::vec![0; len];
        self.encrypt_into(plaintext, associated_data, &mut out, rng)?;
        Ok(out)
    }

    /// A state machine for one message.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn encryptor<R: TryCryptoRng + ?Sized>(
        &self,
        associated_data: &[u8],
        rng: &mut R,
    ) -> Result<Encryptor> {
        let (prefix, schedule) = self.body_schedule(associated_data, rng)?;
        let context = Header::parse(&self.header)?.context().into();
        let cipher = Cipher::new(&schedule);
        Ok(Encryptor::with_header(self.header.clone(), context, &prefix, cipher))
    }

    /// Prefix and key schedule of a new message, for an engine that seals the chunks itself, in any
    /// order and on any number of threads.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    ///
    /// # Security
    /// Use a schedule for one message only: never seal a chunk index twice with different
    /// plaintext.
    pub fn body_schedule<R: TryCryptoRng + ?Sized>(
        &self,
        associated_data: &[u8],
        rng: &mut R,
    ) -> Result<(Prefix, KeySchedule)> {
        let (salt, schedule) = self.schedule(associated_data, rng)?;
        Ok((Prefix { salt, commitment: *schedule.commitment() }, schedule))
    }

    fn schedule<R: TryCryptoRng + ?Sized>(
        &self,
        associated_data: &[u8],
        rng: &mut R,
    ) -> Result<([u8; SALT_LEN], KeySchedule)> {
        let mut salt = [0; SALT_LEN];
        fill_random(rng, &mut salt)?;
        let schedule = self.keys.schedule(&salt, &AssociatedData::new(associated_data))?;
        Ok((salt, schedule))
    }
}

impl core::fmt::Debug for EncryptHandle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EncryptHandle")
            .field("header_len", &self.header.len())
            .finish_non_exhaustive()
    }
}
