//! Encrypts, decrypts and rewraps files.

use std::ffi::c_char;

use sealwax::file::{self, RewrapFileOutcome};
use sealwax::{Error, Header};

use crate::failure::{Failure, Result, sealwax_code};
use crate::file_options::sealwax_file_options;
use crate::header::sealwax_header;
use crate::options::{sealwax_decrypt_options, sealwax_encrypt_options};
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};
use crate::rewrap::rewrap_mode;

/// How the new header was written to a file.
#[repr(u32)]
pub enum sealwax_rewrap_outcome {
    /// It fits into the place of the old one: a few kilobytes were written, for any size of file.
    SEALWAX_REWRAPPED_IN_PLACE = 0,
    /// It does not fit: the file was copied, with the same body.
    SEALWAX_REWRAPPED_BY_COPY = 1,
}

impl sealwax_rewrap_outcome {
    fn of(outcome: RewrapFileOutcome) -> Result<Self> {
        match outcome {
            RewrapFileOutcome::InPlace => Ok(Self::SEALWAX_REWRAPPED_IN_PLACE),
            RewrapFileOutcome::Rewritten => Ok(Self::SEALWAX_REWRAPPED_BY_COPY),
            _ => Err(Error::InvalidState("an outcome that C does not know").into()),
        }
    }
}

/// Encrypts a file into another one. `out_len` is the length of the envelope and can be null.
///
/// The target gets its name only when it is complete and durable. After an error it is as it was
/// before, unless `sealwax_last_error_committed` is true. Memory is constant. Source and target can
/// be pipes or devices; such a target is written to directly.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_file(
    source: *const c_char,
    target: *const c_char,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_encrypt_options,
    file_options: *const sealwax_file_options,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let (source, target) = (path!(source), path!(target));
        let providers = Providers::of(objects!(providers, provider_count));
        let options = kept!(options);
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let len = sealwax_file_options::with(kept!(file_options), |file_options| {
            file::encrypt_file(source, target, &providers.all(), &options, file_options)
        })
        .map_err(|error| Failure::with_files(error, source, Some(target)))?;
        optional_out!(out_len).map_or(Ok(()), |out| out.set(len))
    })
}

/// Decrypts a file into another one. `out_len` is the length of the plaintext and can be null. The
/// target appears complete or not at all, as for `sealwax_encrypt_file`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_file(
    source: *const c_char,
    target: *const c_char,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_decrypt_options,
    file_options: *const sealwax_file_options,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let (source, target) = (path!(source), path!(target));
        let providers = Providers::of(objects!(providers, provider_count));
        let options = kept!(options);
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        let len = sealwax_file_options::with(kept!(file_options), |file_options| {
            file::decrypt_file(source, target, &providers.all(), &options, file_options)
        })
        .map_err(|error| Failure::with_files(error, source, Some(target)))?;
        optional_out!(out_len).map_or(Ok(()), |out| out.set(len))
    })
}

/// Replaces or adds the wrapped keys of an encrypted file. Its body does not change. `mode` is one
/// of `sealwax_rewrap_mode`. `out_outcome` says how the header was written and can be null.
///
/// A crash at any time leaves a file that opens with the old keys or the new ones. It may leave a
/// journal, `<name>.sealwax-journal`, which the next call that opens the file removes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_rewrap_file(
    path: *const c_char,
    old_providers: *const *const sealwax_provider,
    old_count: usize,
    new_providers: *const *const sealwax_provider,
    new_count: usize,
    mode: u32,
    out_outcome: *mut sealwax_rewrap_outcome,
) -> sealwax_code {
    entry(|| {
        let (path, mode) = (path!(path), rewrap_mode(mode)?);
        let old = Providers::of(objects!(old_providers, old_count));
        let new = Providers::of(objects!(new_providers, new_count));
        let outcome = file::rewrap_file(path, &old.all(), &new.all(), mode);
        let outcome = outcome.map_err(|error| Failure::with_files(error, path, None))?;
        let outcome = sealwax_rewrap_outcome::of(outcome)?;
        optional_out!(out_outcome).map_or(Ok(()), |out| out.set(outcome))
    })
}

/// Reads the header of an encrypted file, without a key. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_of_file(
    path: *const c_char,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (path, out) = (path!(path), out!(out_header));
        let header = file::inspect_file(path)
            .and_then(|bytes| Ok(sealwax_header::copy_of(&Header::parse(&bytes)?)));
        out.give(header.map_err(|error| Failure::with_files(error, path, None))?)
    })
}
