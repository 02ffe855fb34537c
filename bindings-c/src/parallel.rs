//! One large message in memory on several threads.

use sealwax::parallel;

use crate::decrypt_handle::sealwax_decrypt_handle;
use crate::encrypt_handle::sealwax_encrypt_handle;
use crate::failure::{entry, sealwax_code};

/// As `sealwax_encrypt_handle_encrypt`, on `threads` threads, 0 for every core. The bytes do not
/// depend on their number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_handle_encrypt_parallel(
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
        out.set(parallel::encrypt_into(handle, plaintext, associated_data, output, threads)?);
        Ok(())
    })
}

/// As `sealwax_decrypt_handle_decrypt`, on `threads` threads, 0 for every core.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt_parallel(
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
        out.set(parallel::decrypt_into(handle, envelope, associated_data, output, threads)?);
        Ok(())
    })
}

/// As `sealwax_decrypt_handle_decrypt_body`, on `threads` threads, 0 for every core.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_handle_decrypt_body_parallel(
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
        out.set(parallel::decrypt_body_into(handle, body, associated_data, output, threads)?);
        Ok(())
    })
}
