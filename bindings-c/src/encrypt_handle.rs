//! One DEK and one header for many messages.

use sealwax::{Dek, EncryptHandle, SysRng, parallel};

use crate::bytes::sealwax_bytes;
use crate::encryptor::sealwax_encryptor;
use crate::failure::sealwax_code;
use crate::options::sealwax_encrypt_options;
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};
use crate::wrapped_key::{sealwax_wrapped_key, wrapped_keys};

/// A DEK with its finished header, ready to encrypt any number of messages. The KMS was asked
/// once. Any number of threads can use it.
///
/// Each message has its own random salt and so its own key. All carry the same header: a reader
/// that can unwrap the DEK can read all of them.
pub struct sealwax_encrypt_handle {
    inner: EncryptHandle,
}

/// Makes a DEK, has every provider wrap it, and makes the header. The associated data of the
/// options is not used: each message has its own. Free it with `sealwax_encrypt_handle_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_new(
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_encrypt_options,
    out_handle: *mut *mut sealwax_encrypt_handle,
) -> sealwax_code {
    entry(|| {
        let providers = Providers::of(objects!(providers, provider_count));
        let (options, out) = (kept!(options), out!(out_handle));
        let context = sealwax_encrypt_options::context_of(options.as_ref());
        let (dek, keys) = sealwax::generate_dek(&providers.all(), context.view(), &mut SysRng)?;
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let inner = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
        out.give(sealwax_encrypt_handle { inner })
    })
}

/// As `sealwax_encrypt_handle_new`, with a DEK and wrapped keys of the host. Both are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_new_with_dek(
    dek: *const u8,
    dek_len: usize,
    keys: *const sealwax_wrapped_key,
    key_count: usize,
    options: *const sealwax_encrypt_options,
    out_handle: *mut *mut sealwax_encrypt_handle,
) -> sealwax_code {
    entry(|| {
        let dek = Dek::from_slice(bytes!(dek, dek_len))?;
        let keys = wrapped_keys!(keys, key_count);
        let options = sealwax_encrypt_options::view_of(optional!(options));
        let out = out!(out_handle);
        let inner = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
        out.give(sealwax_encrypt_handle { inner })
    })
}

/// The header that every message carries, with its MAC. `handle` owns it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_header(
    handle: *const sealwax_encrypt_handle,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| out!(out_bytes).set(sealwax_bytes::view(object!(handle).inner.header())))
}

/// Exact length of the envelope of a message, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_sealed_len(
    handle: *const sealwax_encrypt_handle,
    plaintext_len: u64,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| out!(out_len).set(object!(handle).inner.sealed_len(plaintext_len)?))
}

/// Encrypts a message on `threads` threads, 0 for every core. The result does not depend on their
/// number, and short messages use one. `output` must not overlap the inputs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encrypt(
    handle: *const sealwax_encrypt_handle,
    threads: usize,
    associated_data: *const u8,
    associated_data_len: usize,
    plaintext: *const u8,
    plaintext_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let plaintext = bytes!(plaintext, plaintext_len);
        let output = output!(output, capacity, plaintext, associated_data);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(parallel::encrypt_into(handle, plaintext, associated_data, output, threads)?)
    })
}

/// As `sealwax_encrypt_handle_encrypt`, without the header, which is stored elsewhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encrypt_body(
    handle: *const sealwax_encrypt_handle,
    threads: usize,
    associated_data: *const u8,
    associated_data_len: usize,
    plaintext: *const u8,
    plaintext_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let plaintext = bytes!(plaintext, plaintext_len);
        let output = output!(output, capacity, plaintext, associated_data);
        let (handle, out) = (&object!(handle).inner, out!(out_len));
        out.set(parallel::encrypt_body_into(handle, plaintext, associated_data, output, threads)?)
    })
}

/// A state machine for one message. Free it with `sealwax_encryptor_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encryptor(
    handle: *const sealwax_encrypt_handle,
    associated_data: *const u8,
    associated_data_len: usize,
    out_encryptor: *mut *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| {
        let associated_data = bytes!(associated_data, associated_data_len);
        let (handle, out) = (&object!(handle).inner, out!(out_encryptor));
        out.give(sealwax_encryptor::of(handle.encryptor(associated_data, &mut SysRng)?))
    })
}

/// Frees a handle and wipes its DEK. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_free(handle: *mut sealwax_encrypt_handle) {
    entry(|| free!(handle));
}
