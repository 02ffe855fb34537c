//! One DEK and one header for many messages.

use sealwax::{Dek, EncryptHandle, SysRng};

use crate::context::sealwax_bytes;
use crate::encryptor::sealwax_encryptor;
use crate::failure::{Result, entry, sealwax_code};
use crate::ffi::give;
use crate::header::sealwax_wrapped_key;
use crate::options::sealwax_encrypt_options;
use crate::provider::sealwax_provider;

/// A DEK with its finished header, ready to encrypt any number of messages; the KMS was asked
/// once. Any number of threads can use it.
///
/// Each message has its own random salt and so its own key. All carry the same header, so whoever
/// unwraps the DEK can read all of them.
pub struct sealwax_encrypt_handle {
    pub(crate) inner: EncryptHandle,
}

/// Makes a DEK, has every provider wrap it, and fixes the header. The options' associated data
/// does not matter here: it goes with each message. Free it with `sealwax_encrypt_handle_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_new(
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_encrypt_options,
    out_handle: *mut *mut sealwax_encrypt_handle,
) -> sealwax_code {
    entry(|| {
        let providers = providers!(providers, provider_count);
        let options = kept!(options);
        let out = out!(out_handle);
        let context = sealwax_encrypt_options::context_of(options.as_ref());
        let (dek, keys) = sealwax::generate_dek(&providers.asked(), context.view(), &mut SysRng)?;
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let inner = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
        out.set(give(sealwax_encrypt_handle { inner }));
        Ok(())
    })
}

/// As `sealwax_encrypt_handle_new`, with a DEK and wrapped keys of the host's; both are copied.
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
        let keys = sized_array!(keys, key_count);
        let keys = keys.into_iter().map(|key| Ok(wrapped_key!(key))).collect::<Result<Vec<_>>>()?;
        let options = sealwax_encrypt_options::view_of(optional!(options));
        let out = out!(out_handle);
        let inner = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
        out.set(give(sealwax_encrypt_handle { inner }));
        Ok(())
    })
}

/// The header that every message carries, MAC included; it belongs to `handle`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_header(
    handle: *const sealwax_encrypt_handle,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| {
        let (handle, out) = (object!(handle), out!(out_bytes));
        out.set(sealwax_bytes::view(handle.inner.header()));
        Ok(())
    })
}

/// Length of the envelope of a message, exactly, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_sealed_len(
    handle: *const sealwax_encrypt_handle,
    plaintext_len: u64,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let (handle, out) = (object!(handle), out!(out_len));
        out.set(handle.inner.sealed_len(plaintext_len)?);
        Ok(())
    })
}

/// Encrypts a message; `output` must not overlap the inputs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encrypt(
    handle: *const sealwax_encrypt_handle,
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
        out.set(handle.encrypt_into(plaintext, associated_data, output, &mut SysRng)?);
        Ok(())
    })
}

/// As `sealwax_encrypt_handle_encrypt`, without the header, which is stored elsewhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encrypt_body(
    handle: *const sealwax_encrypt_handle,
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
        out.set(handle.encrypt_body_into(plaintext, associated_data, output, &mut SysRng)?);
        Ok(())
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
        out.set(sealwax_encryptor::of(handle.encryptor(associated_data, &mut SysRng)?));
        Ok(())
    })
}

/// Frees a handle and wipes its DEK. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_free(handle: *mut sealwax_encrypt_handle) {
    entry(|| {
        free!(handle);
        Ok(())
    });
}
