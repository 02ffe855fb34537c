//! The encrypting state machine.

use sealwax::{Dek, Encryptor, SysRng};

use crate::failure::sealwax_code;
use crate::machine::Machine;
use crate::options::sealwax_encrypt_options;
use crate::output::fill;
use crate::panic_boundary::entry;
use crate::progress::sealwax_progress;
use crate::provider::{Providers, sealwax_provider};
use crate::wrapped_key::{sealwax_wrapped_key, wrapped_key};

/// Encrypts one message of any length, piece by piece: plaintext in, envelope out.
///
/// Any thread can use it, one at a time. A second thread gets `SEALWAX_ERR_INVALID_STATE`, and so
/// does a callback that uses the encryptor of its own call. After a fork only the process that made
/// it can use it: every call of the other one is `SEALWAX_ERR_INVALID_STATE`, except
/// `sealwax_encryptor_free`.
pub struct sealwax_encryptor {
    machine: Machine<Sealing>,
}

/// What the state machine holds.
struct Sealing {
    encryptor: Encryptor,
    /// The detached header, kept for a second call with more room.
    detached: Option<Vec<u8>>,
}

impl sealwax_encryptor {
    pub(crate) fn of(encryptor: Encryptor) -> Self {
        sealwax_encryptor { machine: Machine::new(Sealing { encryptor, detached: None }) }
    }
}

/// Starts a message under a fresh DEK that every provider wraps. Free it with
/// `sealwax_encryptor_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_new(
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_encrypt_options,
    out_encryptor: *mut *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| {
        let providers = Providers::of(objects!(providers, provider_count));
        let (options, out) = (kept!(options), out!(out_encryptor));
        let context = sealwax_encrypt_options::context_of(options.as_ref());
        let (dek, keys) = sealwax::generate_dek(&providers.all(), context.view(), &mut SysRng)?;
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let mut encryptor = Encryptor::new(&dek, &options, &mut SysRng)?;
        keys.into_iter().try_for_each(|key| encryptor.add_wrapped_key(key))?;
        out.give(sealwax_encryptor::of(encryptor))
    })
}

/// Starts a message under a DEK of the host, for hosts that call their KMS themselves.
///
/// `dek` has `SEALWAX_KEY_LEN` bytes, from `sealwax_generate_dek` or the KMS. It is copied. At
/// least one `sealwax_encryptor_add_wrapped_key` must follow; until then `process` returns
/// `SEALWAX_NEED_KEY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_new_with_dek(
    dek: *const u8,
    dek_len: usize,
    options: *const sealwax_encrypt_options,
    out_encryptor: *mut *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| {
        let dek = Dek::from_slice(bytes!(dek, dek_len))?;
        let options = sealwax_encrypt_options::view_of(optional!(options));
        let out = out!(out_encryptor);
        out.give(sealwax_encryptor::of(Encryptor::new(&dek, &options, &mut SysRng)?))
    })
}

/// Adds a wrapped key, which is copied. `SEALWAX_ERR_INVALID_STATE` after the first output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_add_wrapped_key(
    encryptor: *mut sealwax_encryptor,
    key: *const sealwax_wrapped_key,
) -> sealwax_code {
    entry(|| {
        let key = sized!(key);
        let key = wrapped_key!(key);
        let machine = object!(encryptor).machine.clone();
        machine.with(|sealing| sealing.encryptor.add_wrapped_key(key))
    })
}

/// Finishes the header and takes it out of the output, to be stored elsewhere. The output is then
/// the body alone. `SEALWAX_MAX_HEADER_LEN` bytes are always enough. The call can be repeated, also
/// after it failed for too little room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_detach_header(
    encryptor: *mut sealwax_encryptor,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let output = output!(output, capacity);
        let (machine, out) = (object!(encryptor).machine.clone(), out!(out_len));
        let header = machine.with(|sealing| {
            if sealing.detached.is_none() {
                sealing.detached = Some(sealing.encryptor.detach_header()?);
            }
            Ok(sealing.detached.clone().unwrap_or_default())
        })?;
        out.set(fill(output, &header)?)
    })
}

/// Reads plaintext and writes the envelope as far as both buffers allow.
///
/// The result does not depend on how input and output are split. Errors are sticky: after one the
/// message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_process(
    encryptor: *mut sealwax_encryptor,
    input: *const u8,
    input_len: usize,
    output: *mut u8,
    capacity: usize,
    out_progress: *mut sealwax_progress,
) -> sealwax_code {
    entry(|| {
        let input = bytes!(input, input_len);
        let output = output!(output, capacity, input);
        let (machine, out) = (object!(encryptor).machine.clone(), out_sized!(out_progress));
        let progress = machine.with(|sealing| sealing.encryptor.process(input, output))?;
        out.set(sealwax_progress::of(progress)?)
    })
}

/// Marks the end of the plaintext. Call `process` afterwards until it is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_end_input(
    encryptor: *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| {
        object!(encryptor).machine.clone().with(|sealing| {
            sealing.encryptor.end_input();
            Ok(())
        })
    })
}

/// Ends the message: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Afterwards the encryptor
/// can only be freed, whatever this returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_finish(
    encryptor: *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| object!(encryptor).machine.clone().finish(|sealing| sealing.encryptor.finish()))
}

/// Frees an encryptor, in any state. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_free(encryptor: *mut sealwax_encryptor) {
    entry(|| free!(encryptor));
}
