//! Looking into headers.

use std::ffi::c_char;

use sealwax::{Error, Header, WrappedKey};

use crate::context::{sealwax_bytes, sealwax_context};
use crate::failure::{Result, answer, entry, sealwax_code};
use crate::ffi::give;

/// A parsed header: its structure is checked, but nothing is authenticated. Until a decryption
/// succeeds every field may be an attacker's. Any number of threads can use it.
pub struct sealwax_header {
    bytes: Vec<u8>,
    keys: Vec<WrappedKey>,
}

/// A DEK as some provider wrapped it. Text is UTF-8 without a zero byte at its end.
///
/// The caller fills it in where it gives a wrapped key to a call, which copies it. Where a call
/// fills it in, its parts belong to the object that was asked.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_wrapped_key {
    /// `sizeof(sealwax_wrapped_key)`, set by the caller, also where a call fills in the rest:
    /// `SEALWAX_WRAPPED_KEY_INIT`.
    pub struct_size: usize,
    /// The provider that can unwrap it, such as "local" or "aws-kms".
    pub provider_id: *const c_char,
    /// Length of the provider id, in bytes.
    pub provider_id_len: usize,
    /// The provider's name for the key that wraps it.
    pub key_id: *const c_char,
    /// Length of the key id, in bytes.
    pub key_id_len: usize,
    /// The wrapped DEK, opaque to everyone but the provider.
    pub wrapped_dek: *const u8,
    /// Length of the wrapped DEK, in bytes.
    pub wrapped_dek_len: usize,
}

impl sealwax_header {
    pub(crate) fn copy_of(header: &Header<'_>) -> Self {
        sealwax_header {
            bytes: header.as_bytes().to_vec(),
            keys: header.wrapped_keys().map(WrappedKey::from).collect(),
        }
    }

    fn view(&self) -> Result<Header<'_>> {
        Ok(Header::parse(&self.bytes)?)
    }
}

/// Length of the whole header whose first bytes these are, so that a host knows how much to
/// read; 0 while fewer than 12 are there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_announced_len(
    start: *const u8,
    start_len: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (start, out) = (bytes!(start, start_len), out!(out_len));
        out.set(Header::announced_len(start)?.unwrap_or(0));
        Ok(())
    })
}

/// Parses the header at the front of an envelope; copied. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_of_envelope(
    envelope: *const u8,
    envelope_len: usize,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (envelope, out) = (bytes!(envelope, envelope_len), out!(out_header));
        let (header, _body) = Header::split(envelope)?;
        out.set(give(sealwax_header::copy_of(&header)));
        Ok(())
    })
}

/// Parses a header that stands alone; copied. Bytes behind it are `SEALWAX_ERR_TRAILING_DATA`.
/// Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_parse(
    bytes: *const u8,
    bytes_len: usize,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (bytes, out) = (bytes!(bytes, bytes_len), out!(out_header));
        out.set(give(sealwax_header::copy_of(&Header::parse(bytes)?)));
        Ok(())
    })
}

/// The header as stored, MAC included; it belongs to `header`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_bytes(
    header: *const sealwax_header,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| {
        let (header, out) = (object!(header), out!(out_bytes));
        out.set(sealwax_bytes::view(&header.bytes));
        Ok(())
    })
}

/// Length of the whole header, in bytes: where the body starts. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_len(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).bytes.len()))
}

/// Zero bytes in front of the MAC: room to rewrap in place. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_padding_len(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).view()?.padding_len()))
}

/// Length of the sealed metadata, in bytes; 0 if there is none, and for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_sealed_metadata_len(
    header: *const sealwax_header,
) -> usize {
    answer(0, || Ok(object!(header).view()?.sealed_metadata().len()))
}

/// Copies the encryption context. Free it with `sealwax_context_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_context(
    header: *const sealwax_header,
    out_context: *mut *mut sealwax_context,
) -> sealwax_code {
    entry(|| {
        let (header, out) = (object!(header), out!(out_context));
        out.set(give(sealwax_context::copy_of(header.view()?.context())));
        Ok(())
    })
}

/// Number of wrapped keys; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_wrapped_key_count(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).keys.len()))
}

/// The wrapped key at `index`; its parts belong to `header`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_wrapped_key_at(
    header: *const sealwax_header,
    index: usize,
    out_key: *mut sealwax_wrapped_key,
) -> sealwax_code {
    entry(|| {
        let (header, out) = (object!(header), out_sized!(out_key));
        let key = header.keys.get(index).map(WrappedKey::view);
        let key = key.ok_or(Error::InvalidArgument("there is no wrapped key of this index"))?;
        out.set(sealwax_wrapped_key {
            struct_size: size_of::<sealwax_wrapped_key>(),
            provider_id: key.provider_id.as_ptr().cast(),
            provider_id_len: key.provider_id.len(),
            key_id: key.key_id.as_ptr().cast(),
            key_id_len: key.key_id.len(),
            wrapped_dek: key.wrapped_dek.as_ptr(),
            wrapped_dek_len: key.wrapped_dek.len(),
        });
        Ok(())
    })
}

/// Frees a header. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_free(header: *mut sealwax_header) {
    entry(|| {
        free!(header);
        Ok(())
    });
}
