//! One message in memory in one call.

use sealwax::{Error, Header};

use crate::failure::sealwax_code;
use crate::options::{sealwax_decrypt_options, sealwax_encrypt_options};
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};

/// Encrypts a message under a fresh DEK that every provider wraps.
///
/// The length of the envelope depends on the wrapped keys. `sealwax_sealed_len` with
/// `SEALWAX_MAX_HEADER_LEN` is always enough. If `capacity` is too small,
/// `sealwax_last_error_needed` says how much these wrapped keys need. `sealwax_encrypt_handle_new`
/// gives the exact length beforehand, and encrypts on several threads. `output` must not overlap
/// `plaintext`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt(
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_encrypt_options,
    plaintext: *const u8,
    plaintext_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (providers, options) =
            (Providers::of(objects!(providers, provider_count)), kept!(options));
        let plaintext = bytes!(plaintext, plaintext_len);
        let output = output!(output, capacity, plaintext);
        let out = out!(out_len);
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        out.set(sealwax::encrypt_into(plaintext, &providers.all(), &options, output)?)
    })
}

/// Exact length of the plaintext in an envelope, without a key. It is not authenticated: only
/// `sealwax_decrypt` shows that the envelope is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypted_len(
    envelope: *const u8,
    envelope_len: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (envelope, out) = (bytes!(envelope, envelope_len), out!(out_len));
        let (_, body) = Header::split(envelope)?;
        let len = sealwax::chunked::plaintext_len(body.len() as u64)?;
        let too_long = Error::LimitExceeded("the message does not fit the address space");
        out.set(usize::try_from(len).map_err(|_| too_long)?)
    })
}

/// Decrypts an envelope. The providers are asked in their order for the DEK.
///
/// `sealwax_decrypted_len` gives the room that it needs. After a failure `output` holds no
/// plaintext. `output` must not overlap `envelope`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt(
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_decrypt_options,
    envelope: *const u8,
    envelope_len: usize,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let (providers, options) =
            (Providers::of(objects!(providers, provider_count)), kept!(options));
        let envelope = bytes!(envelope, envelope_len);
        let output = output!(output, capacity, envelope);
        let out = out!(out_len);
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        out.set(sealwax::decrypt_into(envelope, &providers.all(), &options, output)?)
    })
}
