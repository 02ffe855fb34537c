//! Encoding into a caller's buffer.

use super::LOCAL_PROVIDER_ID;
use super::{
    BODY_CONTEXT_LEN, FIXED_LEN, MAC_LEN, MAGIC, MAX_SEALED_METADATA_LEN, MIN_SEALED_METADATA_LEN,
    SUITE, WrappedKeyRef,
};
use crate::crypto::kdf::{DIGEST_LEN, Prk, sha512};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, Result};
use crate::format::body_keys::{self, AssociatedData};
use crate::format::codec::Writer;
use crate::format::context::ContextRef;
use crate::format::limits::{
    MAX_HEADER_LEN, MAX_KEY_ID_LEN, MAX_PROVIDER_ID_LEN, MAX_WRAPPED_DEK_LEN, MAX_WRAPPED_KEYS,
};

const TOO_LARGE: Error = Error::LimitExceeded("a header larger than 65,536 bytes");

/// The parts of a header.
#[derive(Clone, Copy, Debug)]
pub struct HeaderParts<'a> {
    /// The encryption context.
    pub context: ContextRef<'a>,
    /// Metadata sealed under the DEK; empty for none.
    pub sealed_metadata: &'a [u8],
    /// One to 32 wrapped keys.
    pub wrapped_keys: &'a [WrappedKeyRef<'a>],
}

impl HeaderParts<'_> {
    /// Length of the header without padding, in bytes.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a wrapped key or for an empty id or wrapped DEK;
    /// [`Error::LimitExceeded`] if the format does not allow the parts.
    pub fn encoded_len(&self) -> Result<usize> {
        self.check()?;
        let keys = self.wrapped_keys.iter().fold(0, |len, key| {
            len + 6 + key.provider_id.len() + key.key_id.len() + key.wrapped_dek.len()
        });
        let binding = 2 + self.context.as_bytes().len() + 4 + self.sealed_metadata.len();
        let len = FIXED_LEN + binding + 2 + keys + MAC_LEN;
        if len > MAX_HEADER_LEN { Err(TOO_LARGE) } else { Ok(len) }
    }

    /// Writes the header into the front of `out`, padded to `header_len` bytes, and returns that.
    ///
    /// # Errors
    /// As [`HeaderParts::encoded_len`]; [`Error::InvalidArgument`] if `header_len` is less than
    /// that length, [`Error::LimitExceeded`] if it is over 65,536; [`Error::BufferTooSmall`].
    pub fn encode(&self, dek: &Dek, header_len: usize, out: &mut [u8]) -> Result<usize> {
        self.encode_with(&Prk::new(dek.expose())?, header_len, out)
    }

    pub(crate) fn encode_with(
        &self,
        prk: &Prk,
        header_len: usize,
        out: &mut [u8],
    ) -> Result<usize> {
        if header_len < self.encoded_len()? {
            return Err(Error::InvalidArgument("the header does not fit the length asked for"));
        }
        if header_len > MAX_HEADER_LEN {
            return Err(TOO_LARGE);
        }
        let out = out.get_mut(..header_len).ok_or(Error::BufferTooSmall { needed: header_len })?;
        let (fields, mac_slot) = out
            .split_last_chunk_mut::<MAC_LEN>()
            .ok_or(Error::BufferTooSmall { needed: header_len })?;
        let used = self.write_fields(header_len, fields)?;
        fields.get_mut(used..).unwrap_or_default().fill(0);
        *mac_slot = super::mac(prk, fields)?;
        Ok(header_len)
    }

    fn write_fields(&self, header_len: usize, out: &mut [u8]) -> Result<usize> {
        let mut writer = Writer::new(out);
        writer.bytes(&MAGIC)?;
        writer.u32(u32::try_from(header_len).map_err(|_| TOO_LARGE)?)?;
        writer.u16(SUITE)?;
        writer.bytes(self.context.as_bytes())?;
        writer.u32(u32::try_from(self.sealed_metadata.len()).map_err(|_| TOO_LARGE)?)?;
        writer.bytes(self.sealed_metadata)?;
        writer.u16(u16::try_from(self.wrapped_keys.len()).map_err(|_| TOO_LARGE)?)?;
        for key in self.wrapped_keys {
            writer.field(key.provider_id.as_bytes())?;
            writer.field(key.key_id.as_bytes())?;
            writer.field(key.wrapped_dek)?;
        }
        Ok(writer.len())
    }

    /// `SHA-512(magic || binding part)` of the future header.
    pub(crate) fn binding_digest(&self) -> Result<[u8; DIGEST_LEN]> {
        let len = u32::try_from(self.sealed_metadata.len()).map_err(|_| TOO_LARGE)?;
        Ok(sha512(&[
            &MAGIC,
            &SUITE.to_be_bytes(),
            self.context.as_bytes(),
            &len.to_be_bytes(),
            self.sealed_metadata,
        ]))
    }

    /// The context string of the body, as [`super::Header::body_context`].
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for metadata that no header can hold.
    pub fn body_context(&self, associated_data: &[u8]) -> Result<[u8; BODY_CONTEXT_LEN]> {
        Ok(body_keys::context(&self.binding_digest()?, &AssociatedData::new(associated_data)))
    }

    fn check(&self) -> Result<()> {
        match self.sealed_metadata.len() {
            0 | MIN_SEALED_METADATA_LEN..=MAX_SEALED_METADATA_LEN => {}
            1..MIN_SEALED_METADATA_LEN => {
                return Err(Error::InvalidArgument("the sealed metadata is too short"));
            }
            _ => return Err(Error::LimitExceeded("metadata larger than 16,384 bytes")),
        }
        if self.wrapped_keys.is_empty() {
            return Err(Error::InvalidArgument("a header needs a wrapped key"));
        }
        if self.wrapped_keys.len() > MAX_WRAPPED_KEYS {
            return Err(Error::LimitExceeded("more than 32 wrapped keys"));
        }
        self.wrapped_keys.iter().try_for_each(WrappedKeyRef::check)?;
        let mut rest = self.wrapped_keys;
        while let Some((key, others)) = rest.split_first() {
            if key.provider_id != LOCAL_PROVIDER_ID && others.iter().any(|o| o.is_named_as(key)) {
                return Err(REPEATED);
            }
            rest = others;
        }
        Ok(())
    }
}

/// A reader asks a remote provider only for the first of them (FORMAT.md H-14, K-06).
const REPEATED: Error =
    Error::InvalidArgument("two wrapped keys have the same provider id and key id");

impl WrappedKeyRef<'_> {
    fn is_named_as(&self, other: &Self) -> bool {
        (self.provider_id, self.key_id) == (other.provider_id, other.key_id)
    }

    /// Checks the lengths that the format allows.
    pub(crate) fn check(&self) -> Result<()> {
        if self.provider_id.is_empty() || self.key_id.is_empty() || self.wrapped_dek.is_empty() {
            return Err(Error::InvalidArgument("a provider id, key id or wrapped DEK is empty"));
        }
        if self.provider_id.len() > MAX_PROVIDER_ID_LEN {
            return Err(Error::LimitExceeded("a provider id longer than 128 bytes"));
        }
        if self.key_id.len() > MAX_KEY_ID_LEN {
            return Err(Error::LimitExceeded("a key id longer than 2,048 bytes"));
        }
        if self.wrapped_dek.len() > MAX_WRAPPED_DEK_LEN {
            return Err(Error::LimitExceeded("a wrapped DEK longer than 4,096 bytes"));
        }
        Ok(())
    }
}
