//! The decrypting state machine.

use sealwax::{Decryptor, Dek, Error};

use crate::encryptor::sealwax_progress;
use crate::failure::{entry, sealwax_code};
use crate::ffi::give;
use crate::header::sealwax_header;
use crate::machine::Machine;
use crate::options::sealwax_decrypt_options;
use crate::provider::sealwax_provider;
use crate::text::fill;

/// Decrypts one envelope of any length, piece by piece: envelope in, plaintext out.
///
/// Plaintext leaves only in chunks that proved authentic, but only `sealwax_decryptor_finish`
/// shows that the envelope is whole. One thread at a time can use it, any thread; another gets
/// `SEALWAX_ERR_INVALID_STATE`, and so does a callback of a call that has not ended, and the other
/// process after a fork.
pub struct sealwax_decryptor {
    machine: Machine<Decryptor>,
}

impl sealwax_decryptor {
    fn of(decryptor: Decryptor) -> *mut Self {
        give(sealwax_decryptor { machine: Machine::new(decryptor) })
    }
}

/// Starts an envelope. Free it with `sealwax_decryptor_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_new(
    options: *const sealwax_decrypt_options,
    out_decryptor: *mut *mut sealwax_decryptor,
) -> sealwax_code {
    entry(|| {
        let options = sealwax_decrypt_options::view_of(optional!(options));
        out!(out_decryptor).set(sealwax_decryptor::of(Decryptor::new(&options)));
        Ok(())
    })
}

/// Starts a body whose header was stored elsewhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_new_detached(
    header: *const u8,
    header_len: usize,
    options: *const sealwax_decrypt_options,
    out_decryptor: *mut *mut sealwax_decryptor,
) -> sealwax_code {
    entry(|| {
        let header = bytes!(header, header_len);
        let options = sealwax_decrypt_options::view_of(optional!(options));
        let out = out!(out_decryptor);
        out.set(sealwax_decryptor::of(Decryptor::with_header(header, &options)?));
        Ok(())
    })
}

/// Reads the envelope and writes plaintext as far as both buffers allow.
///
/// At `SEALWAX_NEED_KEY` the host calls `sealwax_decryptor_unwrap`, or looks at
/// `sealwax_decryptor_header`, asks its KMS in its own time and calls
/// `sealwax_decryptor_provide_dek`. Any split of the input and of the output gives the same
/// bytes. Errors are sticky, and all of `output` is zeroed. `output` must not overlap `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_process(
    decryptor: *mut sealwax_decryptor,
    input: *const u8,
    input_len: usize,
    output: *mut u8,
    capacity: usize,
    out_progress: *mut sealwax_progress,
) -> sealwax_code {
    entry(|| {
        let input = bytes!(input, input_len);
        let output = output!(output, capacity, input);
        let (machine, out) = (object!(decryptor).machine.clone(), out_sized!(out_progress));
        let progress = machine.with(|decryptor| decryptor.process(input, output))?;
        out.set(sealwax_progress::of(progress)?);
        Ok(())
    })
}

/// Copies the header, once `process` has it: for its context and its wrapped keys. It is
/// authentic only after the DEK was accepted. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_header(
    decryptor: *const sealwax_decryptor,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (decryptor, out) = (object!(decryptor), out!(out_header));
        let header = decryptor.machine.view(|decryptor| {
            let header = decryptor.header();
            let header = header.ok_or(Error::InvalidState("the header is not complete yet"))?;
            Ok(sealwax_header::copy_of(&header))
        })?;
        out.set(give(header));
        Ok(())
    })
}

/// Gives the DEK that the host unwrapped; copied. If it does not fit the header the call fails
/// with `SEALWAX_ERR_HEADER_AUTHENTICATION`, and another wrapped key can be tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_provide_dek(
    decryptor: *mut sealwax_decryptor,
    dek: *const u8,
    dek_len: usize,
) -> sealwax_code {
    entry(|| {
        let dek = Dek::from_slice(bytes!(dek, dek_len))?;
        object!(decryptor).machine.clone().with(|decryptor| decryptor.provide_dek(dek))
    })
}

/// Has the providers unwrap the DEK, in their order, until one's DEK fits. After a failure other
/// providers can be tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_unwrap(
    decryptor: *mut sealwax_decryptor,
    providers: *const *const sealwax_provider,
    provider_count: usize,
) -> sealwax_code {
    entry(|| {
        let providers = providers!(providers, provider_count);
        let machine = object!(decryptor).machine.clone();
        machine.with(|decryptor| decryptor.unwrap_with(&providers.asked()))
    })
}

/// Copies the metadata, once the DEK was accepted. Metadata that is not there is 0 bytes long
/// and `out_present` is false. `out_present` can be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_metadata(
    decryptor: *const sealwax_decryptor,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    out_present: *mut bool,
) -> sealwax_code {
    entry(|| {
        let output = output!(output, capacity);
        let (decryptor, out) = (object!(decryptor), out!(out_len));
        let metadata = decryptor.machine.view(Decryptor::metadata)?;
        let present = metadata.is_some();
        out.set(fill(output, metadata.as_deref().map_or(&[][..], Vec::as_slice))?);
        if let Ok(out) = out_or_none!(out_present) {
            out.set(present);
        }
        Ok(())
    })
}

/// Says that no more input follows: only then is a short chunk known to be the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_end_input(
    decryptor: *mut sealwax_decryptor,
) -> sealwax_code {
    entry(|| {
        object!(decryptor).machine.clone().with(|decryptor| {
            decryptor.end_input();
            Ok(())
        })
    })
}

/// Ends the envelope: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Whatever it returns, the
/// decryptor can only be freed then. What was decrypted is whole only if this succeeds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_finish(
    decryptor: *mut sealwax_decryptor,
) -> sealwax_code {
    entry(|| object!(decryptor).machine.clone().finish(Decryptor::finish))
}

/// Frees a decryptor, in any state. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_free(decryptor: *mut sealwax_decryptor) {
    entry(|| {
        free!(decryptor);
        Ok(())
    });
}
