//! Reads headers.

use sealwax::{Error, Header, WrappedKey};

use crate::bytes::sealwax_bytes;
use crate::context::sealwax_context;
use crate::failure::{Result, sealwax_code};
use crate::panic_boundary::{answer, entry};
use crate::wrapped_key::sealwax_wrapped_key;

/// A parsed header. Its structure is checked, but it is not authenticated: until a decryption
/// succeeds, every field may come from an attacker. Any number of threads can use it.
pub struct sealwax_header {
    bytes: Vec<u8>,
    keys: Vec<WrappedKey>,
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

/// Length of the whole header that starts with these bytes, so that a host knows how much to read.
/// 0 for fewer than 12 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_announced_len(
    start: *const u8,
    start_len: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (start, out) = (bytes!(start, start_len), out!(out_len));
        out.set(Header::announced_len(start)?.unwrap_or(0))
    })
}

/// Parses and copies the header at the front of an envelope. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_of_envelope(
    envelope: *const u8,
    envelope_len: usize,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (envelope, out) = (bytes!(envelope, envelope_len), out!(out_header));
        let (header, _body) = Header::split(envelope)?;
        out.give(sealwax_header::copy_of(&header))
    })
}

/// Parses and copies a detached header. Bytes after it are `SEALWAX_ERR_TRAILING_DATA`. Free it
/// with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_parse(
    bytes: *const u8,
    bytes_len: usize,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (bytes, out) = (bytes!(bytes, bytes_len), out!(out_header));
        out.give(sealwax_header::copy_of(&Header::parse(bytes)?))
    })
}

/// The header as stored, with its MAC. `header` owns it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_bytes(
    header: *const sealwax_header,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| {
        let (header, out) = (object!(header), out!(out_bytes));
        out.set(sealwax_bytes::view(&header.bytes))
    })
}

/// Length of the whole header, in bytes: the offset of the body. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_len(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).bytes.len()))
}

/// Number of zero bytes before the MAC: room to rewrap in place. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_padding_len(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).view()?.padding_len()))
}

/// Length of the sealed metadata, in bytes. 0 if there is none, and for null.
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
        out.give(sealwax_context::copy_of(header.view()?.context()))
    })
}

/// Number of wrapped keys; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_wrapped_key_count(header: *const sealwax_header) -> usize {
    answer(0, || Ok(object!(header).keys.len()))
}

/// The wrapped key at `index`. `header` owns its parts.
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
        out.set(sealwax_wrapped_key::view(key))
    })
}

/// Frees a header. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_free(header: *mut sealwax_header) {
    entry(|| free!(header));
}
