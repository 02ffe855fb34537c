//! The encrypting state machine.

use sealwax::{Dek, Encryptor, Progress, Status, SysRng};

use crate::failure::{Failure, Result, entry, sealwax_code};
use crate::ffi::give;
use crate::header::sealwax_wrapped_key;
use crate::machine::Machine;
use crate::options::sealwax_encrypt_options;
use crate::provider::sealwax_provider;
use crate::text::fill;

/// Encrypts one message of any length, piece by piece: plaintext in, envelope out.
///
/// One thread at a time can use it, any thread; another gets `SEALWAX_ERR_INVALID_STATE`, and so
/// does a callback of a call that has not ended. Its message can be made in one process only:
/// after a fork the other one gets `SEALWAX_ERR_INVALID_STATE` for every call, and frees its copy.
pub struct sealwax_encryptor {
    machine: Machine<Sealing>,
}

/// What the machine holds.
struct Sealing {
    encryptor: Encryptor,
    /// The header that was detached, kept so that a call with more room gets it.
    detached: Option<Vec<u8>>,
}

/// What a state machine needs to go on.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum sealwax_status {
    /// More input, or the word that none follows.
    SEALWAX_NEED_INPUT = 0,
    /// Room for output.
    SEALWAX_NEED_OUTPUT = 1,
    /// The key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
    SEALWAX_NEED_KEY = 2,
    /// Nothing: the message is complete.
    SEALWAX_DONE = 3,
}

/// What a call of `process` did, and what must happen next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_progress {
    /// `sizeof(sealwax_progress)`, set by the caller once: `SEALWAX_PROGRESS_INIT`.
    pub struct_size: usize,
    /// Bytes taken off the front of the input.
    pub read: usize,
    /// Bytes written to the front of the output.
    pub written: usize,
    /// What is needed to go on.
    pub status: sealwax_status,
}

impl sealwax_progress {
    pub(crate) fn of(progress: Progress) -> Result<Self> {
        let status = match progress.status {
            Status::NeedInput => sealwax_status::SEALWAX_NEED_INPUT,
            Status::NeedOutput => sealwax_status::SEALWAX_NEED_OUTPUT,
            Status::NeedKey => sealwax_status::SEALWAX_NEED_KEY,
            Status::Done => sealwax_status::SEALWAX_DONE,
            _ => return Err(Failure::Panic("a status that C does not know".to_owned())),
        };
        let (read, written) = (progress.read, progress.written);
        Ok(sealwax_progress { struct_size: size_of::<Self>(), read, written, status })
    }
}

impl sealwax_encryptor {
    pub(crate) fn of(encryptor: Encryptor) -> *mut Self {
        give(sealwax_encryptor { machine: Machine::new(Sealing { encryptor, detached: None }) })
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
        let providers = providers!(providers, provider_count);
        let options = kept!(options);
        let out = out!(out_encryptor);
        let context = sealwax_encrypt_options::context_of(options.as_ref());
        let (dek, keys) = sealwax::generate_dek(&providers.asked(), context.view(), &mut SysRng)?;
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let mut encryptor = Encryptor::new(&dek, &options, &mut SysRng)?;
        keys.into_iter().try_for_each(|key| encryptor.add_wrapped_key(key))?;
        out.set(sealwax_encryptor::of(encryptor));
        Ok(())
    })
}

/// Starts a message under a DEK of the host's, for hosts that talk to their KMS themselves.
///
/// `dek` has `SEALWAX_KEY_LEN` bytes, from `sealwax_generate_dek` or the KMS; it is copied. At
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
        out.set(sealwax_encryptor::of(Encryptor::new(&dek, &options, &mut SysRng)?));
        Ok(())
    })
}

/// Adds the DEK as some KMS wrapped it; copied. `SEALWAX_ERR_INVALID_STATE` once bytes flow.
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

/// Finishes the header and takes it out of the output, to be stored elsewhere; the body alone
/// flows then. `SEALWAX_MAX_HEADER_LEN` bytes are always enough. A call with too little room
/// can be repeated with more; so can one that succeeded.
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
        out.set(fill(output, &header)?);
        Ok(())
    })
}

/// Reads plaintext and writes the envelope as far as both buffers allow.
///
/// Any split of the input and of the output gives the same bytes. Errors are sticky: after one
/// the message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
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
        out.set(sealwax_progress::of(progress)?);
        Ok(())
    })
}

/// Says that no more plaintext follows. `process` is then called until it is done.
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

/// Ends the message: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Whatever it returns, the
/// encryptor can only be freed then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_finish(
    encryptor: *mut sealwax_encryptor,
) -> sealwax_code {
    entry(|| object!(encryptor).machine.clone().finish(|sealing| sealing.encryptor.finish()))
}

/// Frees an encryptor, in any state. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encryptor_free(encryptor: *mut sealwax_encryptor) {
    entry(|| {
        free!(encryptor);
        Ok(())
    });
}
