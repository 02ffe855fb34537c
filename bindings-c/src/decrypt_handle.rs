//! An opened header, for many messages or for a rewrap.

use std::sync::Arc;

use sealwax::{DecryptHandle, Dek, parallel};

use crate::bytes::sealwax_bytes;
use crate::failure::sealwax_code;
use crate::options::sealwax_decrypt_options;
use crate::output::{fill, fill_metadata};
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};
use crate::rewrap::rewrap_mode;
use crate::wrapped_key::{sealwax_wrapped_key, wrapped_keys};

/// A verified header and its DEK, ready to decrypt every message that carries it, and to be
/// rewrapped. Any number of threads can use it.
pub struct sealwax_decrypt_handle {
    inner: Arc<DecryptHandle>,
}

impl sealwax_decrypt_handle {
    pub(crate) fn core(&self) -> &DecryptHandle {
        &self.inner
    }
}

/// Has the providers unwrap the DEK of a header, in their order, until the DEK of one fits. The
/// associated data of the options is not used. Free it with `sealwax_decrypt_handle_free`.
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
        let providers = Providers::of(objects!(providers, provider_count));
        let (options, out) = (kept!(options), out!(out_handle));
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        let inner = Arc::new(DecryptHandle::open(header, &providers.all(), &options)?);
        out.give(sealwax_decrypt_handle { inner })
    })
}

/// Verifies a header under the DEK that the host unwrapped. Both are copied.
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
        let inner = Arc::new(DecryptHandle::new(header, Dek::from_slice(dek)?)?);
        out.give(sealwax_decrypt_handle { inner })
    })
}

/// The verified header as stored. `handle` owns it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_header(
    handle: *const sealwax_decrypt_handle,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| out!(out_bytes).set(sealwax_bytes::view(object!(handle).inner.header_bytes())))
}

/// Copies the metadata. A message without metadata gives 0 bytes, and `out_present` is false.
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
        let (out_len, out_present) = (out!(out_len), optional_out!(out_present));
        let metadata = object!(handle).inner.metadata()?;
        fill_metadata(metadata.as_ref(), output, out_len, out_present)
    })
}

/// Decrypts an envelope that carries the header of `handle`, on `threads` threads, 0 for every
/// core. Another header is `SEALWAX_ERR_INVALID_ARGUMENT`. After a failure `output` holds no
/// plaintext. `output` must not overlap the inputs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt(
    handle: *const sealwax_decrypt_handle,
    threads: usize,
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
        out.set(parallel::decrypt_into(handle, envelope, associated_data, output, threads)?)
    })
}

/// As `sealwax_decrypt_handle_decrypt`, for a body without its header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt_body(
    handle: *const sealwax_decrypt_handle,
    threads: usize,
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
        out.set(parallel::decrypt_body_into(handle, body, associated_data, output, threads)?)
    })
}

/// Makes a new header with the DEK wrapped by these providers. Context and metadata stay. `mode`
/// is one of `sealwax_rewrap_mode`.
///
/// The new header has the length of the old one if the keys fit into it; otherwise it is longer.
/// `SEALWAX_MAX_HEADER_LEN` bytes are always enough. `handle` does not change.
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
        let providers = Providers::of(objects!(providers, provider_count));
        let (output, mode) = (output!(output, capacity), rewrap_mode(mode)?);
        let (handle, out) = (Arc::clone(&object!(handle).inner), out!(out_len));
        out.set(fill(output, &sealwax::rewrap_with(&handle, &providers.all(), mode)?)?)
    })
}

/// As `sealwax_decrypt_handle_rewrap`, with exactly these wrapped keys of the host.
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
        let keys = wrapped_keys!(keys, key_count);
        let output = output!(output, capacity);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(fill(output, &sealwax::rewrap_header(handle, &keys)?)?)
    })
}

/// Frees a handle and wipes its DEK. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_free(handle: *mut sealwax_decrypt_handle) {
    entry(|| free!(handle));
}
