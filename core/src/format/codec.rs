//! Reader and writer over byte slices: big-endian integers, length-prefixed fields.

use crate::error::{Error, Result};

/// Takes fields off the front of a slice. A field that runs past the end is a malformed header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Names the structure in errors.
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Reader { rest: bytes, what }
    }

    /// The remaining bytes.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(Error::Malformed(self.what))?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(Error::Malformed(self.what))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A field of 1 to `max` bytes with a 16-bit length prefix.
    pub(crate) fn field(&mut self, max: usize, limit: &'static str) -> Result<&'a [u8]> {
        let len = usize::from(self.u16()?);
        if len > max {
            return Err(Error::LimitExceeded(limit));
        }
        if len == 0 {
            return Err(Error::Malformed("a field that must not be empty is empty"));
        }
        self.take(len)
    }
}

/// Appends fields to a caller's slice.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: &'a mut [u8]) -> Self {
        Writer { out, len: 0 }
    }

    /// Bytes written so far.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.len.saturating_add(bytes.len());
        let slot = self.out.get_mut(self.len..end).ok_or(Error::BufferTooSmall { needed: end })?;
        slot.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    pub(crate) fn u16(&mut self, value: u16) -> Result<()> {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn u32(&mut self, value: u32) -> Result<()> {
        self.bytes(&value.to_be_bytes())
    }

    /// A field with a 16-bit length prefix.
    pub(crate) fn field(&mut self, bytes: &[u8]) -> Result<()> {
        self.u16(len_u16(bytes)?)?;
        self.bytes(bytes)
    }
}

/// The length prefix of a field.
pub(crate) fn len_u16(bytes: &[u8]) -> Result<u16> {
    u16::try_from(bytes.len())
        .map_err(|_| Error::LimitExceeded("a field is longer than 65,535 bytes"))
}
