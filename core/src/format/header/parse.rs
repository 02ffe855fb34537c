//! Zero-copy parsing of untrusted bytes, without a key.

use subtle::ConstantTimeEq;

use super::{
    BODY_CONTEXT_LEN, FIXED_LEN, MAC_LEN, MAGIC, MAX_SEALED_METADATA_LEN, MIN_HEADER_LEN,
    MIN_SEALED_METADATA_LEN, SUITE,
};
use crate::crypto::kdf::{DIGEST_LEN, Prk, sha512};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, Result};
use crate::format::body_keys::{self, AssociatedData};
use crate::format::codec::Reader;
use crate::format::context::ContextRef;
use crate::format::limits::{
    MAX_HEADER_LEN, MAX_KEY_ID_LEN, MAX_PROVIDER_ID_LEN, MAX_WRAPPED_DEK_LEN, MAX_WRAPPED_KEYS,
};

const CUT_OFF: &str = "a field runs past the end of the header";

/// A borrowed wrapped key: a DEK as a provider wrapped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedKeyRef<'a> {
    /// The provider that can unwrap it, such as `local` or `aws-kms`.
    pub provider_id: &'a str,
    /// The provider's name for the key that wraps it.
    pub key_id: &'a str,
    /// The wrapped DEK, opaque to all but the provider.
    pub wrapped_dek: &'a [u8],
}

/// A parsed header. Its structure is checked, but nothing is authenticated.
///
/// # Security
/// An attacker may have chosen every field until the MAC is verified under the DEK.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    bytes: &'a [u8],
    binding: &'a [u8],
    context: ContextRef<'a>,
    sealed_metadata: &'a [u8],
    key_records: &'a [u8],
    padding_len: usize,
}

impl<'a> Header<'a> {
    /// Length of the header that begins with `start`; `None` for fewer than 12 bytes.
    ///
    /// # Errors
    /// [`Error::BadMagic`], [`Error::UnsupportedVersion`], [`Error::LimitExceeded`],
    /// [`Error::Malformed`], each as soon as the bytes show it.
    pub fn announced_len(start: &[u8]) -> Result<Option<usize>> {
        let [name @ .., version] = &MAGIC;
        if start.iter().zip(name).any(|(byte, expected)| byte != expected) {
            return Err(Error::BadMagic);
        }
        match start.get(name.len()) {
            Some(found) if found != version => return Err(Error::UnsupportedVersion(*found)),
            _ => {}
        }
        let Some(field) = start.get(8..).and_then(|rest| rest.first_chunk()) else {
            return Ok(None);
        };
        let len = u32::from_be_bytes(*field);
        match usize::try_from(len) {
            Ok(len) if len < MIN_HEADER_LEN => {
                Err(Error::Malformed("the header length is too small"))
            }
            Ok(len) if len <= MAX_HEADER_LEN => Ok(Some(len)),
            _ => Err(Error::LimitExceeded("a header larger than 65,536 bytes")),
        }
    }

    /// Parses a header and returns it with the bytes that follow it.
    ///
    /// # Errors
    /// As [`Header::announced_len`]; [`Error::Truncated`] if the input ends before the header;
    /// [`Error::UnsupportedSuite`], [`Error::LimitExceeded`] and [`Error::Malformed`] by the
    /// rules of FORMAT.md.
    pub fn split(envelope: &'a [u8]) -> Result<(Self, &'a [u8])> {
        let len = Self::announced_len(envelope)?.ok_or(Error::Truncated)?;
        let (bytes, rest) = envelope.split_at_checked(len).ok_or(Error::Truncated)?;
        Ok((Self::parse_fields(bytes)?, rest))
    }

    /// Parses a header without a body, such as a detached one.
    ///
    /// # Errors
    /// As [`Header::split`]; [`Error::TrailingData`] if bytes follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        match Self::split(bytes)? {
            (header, []) => Ok(header),
            _ => Err(Error::TrailingData),
        }
    }

    fn parse_fields(bytes: &'a [u8]) -> Result<Self> {
        let fields = bytes.len().checked_sub(MAC_LEN).and_then(|end| bytes.get(FIXED_LEN..end));
        let fields = fields.ok_or(Error::Malformed(CUT_OFF))?;
        let mut reader = Reader::new(fields, CUT_OFF);
        let suite = reader.u16()?;
        if suite != SUITE {
            return Err(Error::UnsupportedSuite(suite));
        }
        let context = ContextRef::read(&mut reader)?;
        let sealed_metadata = read_metadata(&mut reader)?;
        let binding_len = fields.len() - reader.rest().len();
        let binding = fields.get(..binding_len).ok_or(Error::Malformed(CUT_OFF))?;
        let key_records = read_key_records(&mut reader)?;
        if reader.rest().iter().any(|byte| *byte != 0) {
            return Err(Error::Malformed("the header's padding is not zero"));
        }
        let padding_len = reader.rest().len();
        Ok(Header { bytes, binding, context, sealed_metadata, key_records, padding_len })
    }

    /// The header as stored, MAC included.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Length of the whole header, in bytes: where the body starts.
    pub const fn header_len(&self) -> usize {
        self.bytes.len()
    }

    /// The cipher suite; version 1 has one.
    pub const fn suite(&self) -> u16 {
        SUITE
    }

    /// The encryption context.
    pub const fn context(&self) -> ContextRef<'a> {
        self.context
    }

    /// The sealed metadata; empty if there is none.
    pub const fn sealed_metadata(&self) -> &'a [u8] {
        self.sealed_metadata
    }

    /// Number of zero bytes between the last wrapped key and the MAC: room to rewrap in place.
    pub const fn padding_len(&self) -> usize {
        self.padding_len
    }

    /// The wrapped keys, in the order in which they are stored.
    pub fn wrapped_keys(&self) -> impl Iterator<Item = WrappedKeyRef<'a>> + use<'a> {
        let mut reader = Reader::new(self.key_records, CUT_OFF);
        core::iter::from_fn(move || read_key(&mut reader).ok())
    }

    /// The part that a rewrap does not change: suite, encryption context and sealed metadata.
    pub const fn binding_part(&self) -> &'a [u8] {
        self.binding
    }

    /// `SHA-512(magic || binding part)`, which goes into the derivation of the body's keys.
    pub(crate) fn binding_digest(&self) -> [u8; DIGEST_LEN] {
        sha512(&[&MAGIC, self.binding])
    }

    /// The context string under which [`crate::chunked`] seals this header's body, 144 bytes:
    ///
    /// ```text
    /// "sealwax/v1 body" || 0x00 || SHA-512(magic || binding part) || SHA-512(associated data)
    /// ```
    ///
    /// # Security
    /// Verify the header first. This method is for hosts without `alloc`; others use a
    /// `DecryptHandle`, which verifies it.
    pub fn body_context(&self, associated_data: &[u8]) -> [u8; BODY_CONTEXT_LEN] {
        body_keys::context(&self.binding_digest(), &AssociatedData::new(associated_data))
    }

    /// Verifies the MAC under `dek`, in constant time: the maker of this header knew the DEK.
    ///
    /// # Errors
    /// [`Error::HeaderAuthentication`] for a wrong DEK or a modified header.
    pub fn verify(&self, dek: &Dek) -> Result<()> {
        self.verify_with(&Prk::new(dek.expose())?)
    }

    pub(crate) fn verify_with(&self, prk: &Prk) -> Result<()> {
        let (message, mac) =
            self.bytes.split_last_chunk::<MAC_LEN>().ok_or(Error::Malformed(CUT_OFF))?;
        if bool::from(super::mac(prk, message)?.ct_eq(mac)) {
            Ok(())
        } else {
            Err(Error::HeaderAuthentication)
        }
    }
}

impl core::fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Header")
            .field("header_len", &self.header_len())
            .field("context", &self.context)
            .field("sealed_metadata_len", &self.sealed_metadata.len())
            .field("padding_len", &self.padding_len)
            .finish_non_exhaustive()
    }
}

fn read_metadata<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let len = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
    if len > MAX_SEALED_METADATA_LEN {
        return Err(Error::LimitExceeded("metadata larger than 16,384 bytes"));
    }
    if len != 0 && len < MIN_SEALED_METADATA_LEN {
        return Err(Error::Malformed("the sealed metadata is too short"));
    }
    reader.take(len)
}

/// Checks the count and every record of a wrapped key, and returns the records.
fn read_key_records<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let count = usize::from(reader.u16()?);
    if count == 0 {
        return Err(Error::Malformed("the header has no wrapped key"));
    }
    if count > MAX_WRAPPED_KEYS {
        return Err(Error::LimitExceeded("more than 32 wrapped keys"));
    }
    let records = reader.rest();
    for _ in 0..count {
        read_key(reader)?;
    }
    let len = records.len() - reader.rest().len();
    records.get(..len).ok_or(Error::Malformed(CUT_OFF))
}

fn read_key<'a>(reader: &mut Reader<'a>) -> Result<WrappedKeyRef<'a>> {
    let provider_id = reader.field(MAX_PROVIDER_ID_LEN, "a provider id longer than 128 bytes")?;
    let key_id = reader.field(MAX_KEY_ID_LEN, "a key id longer than 2,048 bytes")?;
    let wrapped_dek = reader.field(MAX_WRAPPED_DEK_LEN, "a wrapped DEK longer than 4,096 bytes")?;
    Ok(WrappedKeyRef { provider_id: utf8(provider_id)?, key_id: utf8(key_id)?, wrapped_dek })
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes)
        .map_err(|_| Error::Malformed("a provider id or key id is not UTF-8"))
}
