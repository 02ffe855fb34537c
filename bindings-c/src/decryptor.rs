//! The decrypting state machine.

use sealwax::{Decryptor, Dek, Error};

use crate::failure::sealwax_code;
use crate::header::sealwax_header;
use crate::machine::Machine;
use crate::options::sealwax_decrypt_options;
use crate::output::fill_metadata;
use crate::panic_boundary::entry;
use crate::progress::sealwax_progress;
use crate::provider::{Providers, sealwax_provider};

/// Decrypts one envelope of any length, piece by piece: envelope in, plaintext out.
///
/// All plaintext that it writes is authentic, but only `sealwax_decryptor_finish` shows that the
/// envelope is complete. Threads, callbacks and forks: as for `sealwax_encryptor`.
pub struct sealwax_decryptor {
    machine: Machine<Decryptor>,
}

impl sealwax_decryptor {
    fn of(decryptor: Decryptor) -> Self {
        sealwax_decryptor { machine: Machine::new(decryptor) }
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
        out!(out_decryptor).give(sealwax_decryptor::of(Decryptor::new(&options)))
    })
}

/// Starts a body whose header is stored elsewhere.
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
        out.give(sealwax_decryptor::of(Decryptor::with_header(header, &options)?))
    })
}

/// Reads the envelope and writes plaintext as far as both buffers allow.
///
/// At `SEALWAX_NEED_KEY` the host calls `sealwax_decryptor_unwrap`. Or it reads the wrapped keys of
/// `sealwax_decryptor_header`, asks its KMS, and calls `sealwax_decryptor_provide_dek`, at any
/// time.
///
/// The result does not depend on how input and output are split. Errors are sticky: after one the
/// message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
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
        out.set(sealwax_progress::of(progress)?)
    })
}

/// Copies the header once `process` has read it. It is authentic only after the DEK was accepted.
/// Free it with `sealwax_header_free`.
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
        out.give(header)
    })
}

/// Provides the DEK that the host unwrapped. It is copied. A DEK that does not fit the header is
/// `SEALWAX_ERR_HEADER_AUTHENTICATION`; the host can then try another wrapped key.
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

/// Has the providers unwrap the DEK, in their order, until the DEK of one fits. After a failure the
/// host can try other providers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_unwrap(
    decryptor: *mut sealwax_decryptor,
    providers: *const *const sealwax_provider,
    provider_count: usize,
) -> sealwax_code {
    entry(|| {
        let providers = Providers::of(objects!(providers, provider_count));
        let machine = object!(decryptor).machine.clone();
        machine.with(|decryptor| decryptor.unwrap_with(&providers.all()))
    })
}

/// Copies the metadata once the DEK was accepted. A message without metadata gives 0 bytes, and
/// `out_present` is false. `out_present` can be null.
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
        let (out_len, out_present) = (out!(out_len), optional_out!(out_present));
        let metadata = object!(decryptor).machine.view(Decryptor::metadata)?;
        fill_metadata(metadata.as_ref(), output, out_len, out_present)
    })
}

/// Marks the end of the input. Only then is a short chunk known to be the last one.
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

/// Ends the envelope: `SEALWAX_ERR_TRUNCATED` unless `process` was done. The plaintext is complete
/// only if this succeeds. Afterwards the decryptor can only be freed, whatever this returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_finish(
    decryptor: *mut sealwax_decryptor,
) -> sealwax_code {
    entry(|| object!(decryptor).machine.clone().finish(Decryptor::finish))
}

/// Frees a decryptor, in any state. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decryptor_free(decryptor: *mut sealwax_decryptor) {
    entry(|| free!(decryptor));
}
