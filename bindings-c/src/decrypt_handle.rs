//! A header that was opened, for many messages or for a rewrap.

use std::sync::Arc;

use sealwax::{DecryptHandle, Dek};

use crate::context::sealwax_bytes;
use crate::failure::{Result, entry, sealwax_code};
use crate::ffi::give;
use crate::header::sealwax_wrapped_key;
use crate::options::sealwax_decrypt_options;
use crate::provider::sealwax_provider;
use crate::rewrap::rewrap_mode;
use crate::text::fill;

/// A verified header and its DEK, ready to decrypt every message that carries it, and to be
/// rewrapped. Any number of threads can use it.
pub struct sealwax_decrypt_handle {
    pub(crate) inner: Arc<DecryptHandle>,
}

/// Has the providers unwrap the DEK of a header, in their order, until one's DEK fits. The
/// options' associated data does not matter here. Free it with `sealwax_decrypt_handle_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_open(
    header: *const u8,
    header_len: usize,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_decrypt_options,
    out_handle: *mut *mut sealwax_decrypt_handle,
) -> sealwax_code {
    entry(|| {
        let header = bytes!(header, header_len);
        let providers = providers!(providers, provider_count);
        let options = kept!(options);
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        let out = out!(out_handle);
        let inner = DecryptHandle::open(header, &providers.asked(), &options)?;
        out.set(give(sealwax_decrypt_handle { inner: Arc::new(inner) }));
        Ok(())
    })
}

/// Verifies a header under the DEK that the host unwrapped; both are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_open_with_dek(
    header: *const u8,
    header_len: usize,
    dek: *const u8,
    dek_len: usize,
    out_handle: *mut *mut sealwax_decrypt_handle,
) -> sealwax_code {
    entry(|| {
        let (header, dek) = (bytes!(header, header_len), bytes!(dek, dek_len));
        let out = out!(out_handle);
        let inner = DecryptHandle::new(header, Dek::from_slice(dek)?)?;
        out.set(give(sealwax_decrypt_handle { inner: Arc::new(inner) }));
        Ok(())
    })
}

/// The verified header, as stored; it belongs to `handle`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_header(
    handle: *const sealwax_decrypt_handle,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| {
        let (handle, out) = (object!(handle), out!(out_bytes));
        out.set(sealwax_bytes::view(handle.inner.header_bytes()));
        Ok(())
    })
}

/// Copies the metadata. Metadata that is not there is 0 bytes long and `out_present` is false.
/// `out_present` can be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_metadata(
    handle: *const sealwax_decrypt_handle,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    out_present: *mut bool,
) -> sealwax_code {
    entry(|| {
        let output = output!(output, capacity);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        let metadata = handle.metadata()?;
        let present = metadata.is_some();
        out.set(fill(output, metadata.as_deref().map_or(&[][..], Vec::as_slice))?);
        if let Ok(out) = out_or_none!(out_present) {
            out.set(present);
        }
        Ok(())
    })
}

/// Decrypts an envelope that carries this very header; another one is
/// `SEALWAX_ERR_INVALID_ARGUMENT`. After a failure `output` holds nothing of the plaintext.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt(
    handle: *const sealwax_decrypt_handle,
    associated_data: *const u8,
    associated_data_len: usize,
    envelope: *const u8,
    envelope_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let envelope = bytes!(envelope, envelope_len);
        let output = output!(output, capacity, envelope, associated_data);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(handle.decrypt_into(envelope, associated_data, output)?);
        Ok(())
    })
}

/// As `sealwax_decrypt_handle_decrypt`, for a body without a header in front of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt_body(
    handle: *const sealwax_decrypt_handle,
    associated_data: *const u8,
    associated_data_len: usize,
    body: *const u8,
    body_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let body = bytes!(body, body_len);
        let output = output!(output, capacity, body, associated_data);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(handle.decrypt_body_into(body, associated_data, output)?);
        Ok(())
    })
}

/// Makes the header anew, wrapped by these providers; context and metadata stay. `mode` is one of
/// `sealwax_rewrap_mode`.
///
/// The new header is as long as the old one if the keys fit, else it grows;
/// `SEALWAX_MAX_HEADER_LEN` bytes are always enough. `handle` stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_rewrap(
    handle: *const sealwax_decrypt_handle,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    mode: u32,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let providers = providers!(providers, provider_count);
        let (output, mode) = (output!(output, capacity), rewrap_mode(mode)?);
        let (handle, out) = (Arc::clone(&object!(handle).inner), out!(out_len));
        out.set(fill(output, &sealwax::rewrap_with(&handle, &providers.asked(), mode)?)?);
        Ok(())
    })
}

/// As `sealwax_decrypt_handle_rewrap`, with exactly these wrapped keys of the host's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_rewrap_with_keys(
    handle: *const sealwax_decrypt_handle,
    keys: *const sealwax_wrapped_key,
    key_count: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let keys = sized_array!(keys, key_count);
        let keys = keys.into_iter().map(|key| Ok(wrapped_key!(key))).collect::<Result<Vec<_>>>()?;
        let output = output!(output, capacity);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(fill(output, &sealwax::rewrap_header(handle, &keys)?)?);
        Ok(())
    })
}

/// Frees a handle and wipes its DEK. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_free(handle: *mut sealwax_decrypt_handle) {
    entry(|| {
        free!(handle);
        Ok(())
    });
}
