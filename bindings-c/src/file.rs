//! Whole files.

use std::ffi::c_char;

use sealwax::file::{self, RewrapFileOutcome};
use sealwax::{Error, Header};

use crate::failure::{Failure, entry, sealwax_code};
use crate::ffi::give;
use crate::file_options::sealwax_file_options;
use crate::header::sealwax_header;
use crate::options::{sealwax_decrypt_options, sealwax_encrypt_options};
use crate::provider::sealwax_provider;
use crate::rewrap::rewrap_mode;

/// How the new header got into a file.
#[repr(u32)]
pub enum sealwax_rewrap_outcome {
    /// It fits where the old one was: a few kilobytes were written, whatever the file's size.
    SEALWAX_REWRAPPED_IN_PLACE = 0,
    /// It does not fit: the file was copied, with the same body.
    SEALWAX_REWRAPPED_BY_COPY = 1,
}

/// Encrypts a file into another one; `out_len`, which can be null, is the length of the envelope.
///
/// The target gets its name only when it is complete and durable: after an error it is as it was
/// before, unless `sealwax_last_error_committed` says otherwise. Memory is constant. Both may be
/// pipes or devices; such a target is written to as it is.
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
        let providers = providers!(providers, provider_count);
        let options = kept!(options);
        let options = sealwax_encrypt_options::view_of(options.as_ref());
        let len = sealwax_file_options::with(kept!(file_options), |file_options| {
            file::encrypt_file(source, target, &providers.asked(), &options, file_options)
        })
        .map_err(|error| Failure::with_files(error, source, Some(target)))?;
        if let Ok(out) = out_or_none!(out_len) {
            out.set(len);
        }
        Ok(())
    })
}

/// Decrypts a file into another one; `out_len`, which can be null, is the length of the
/// plaintext. As for `sealwax_encrypt_file`, the target appears whole or not at all.
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
        let providers = providers!(providers, provider_count);
        let options = kept!(options);
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        let len = sealwax_file_options::with(kept!(file_options), |file_options| {
            file::decrypt_file(source, target, &providers.asked(), &options, file_options)
        })
        .map_err(|error| Failure::with_files(error, source, Some(target)))?;
        if let Ok(out) = out_or_none!(out_len) {
            out.set(len);
        }
        Ok(())
    })
}

/// Replaces or adds the wrapped keys of an encrypted file; its body's bytes do not change. `mode`
/// is one of `sealwax_rewrap_mode`; `out_outcome`, which can be null, says how it was done.
///
/// A crash at any time leaves a file that opens with the old keys or the new ones: a journal
/// beside it, `<name>.sealwax-journal`, is removed by the next call that opens the file.
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
        let old = providers!(old_providers, old_count);
        let new = providers!(new_providers, new_count);
        let outcome = file::rewrap_file(path, &old.asked(), &new.asked(), mode);
        let outcome = match outcome.map_err(|error| Failure::with_files(error, path, None))? {
            RewrapFileOutcome::InPlace => sealwax_rewrap_outcome::SEALWAX_REWRAPPED_IN_PLACE,
            RewrapFileOutcome::Rewritten => sealwax_rewrap_outcome::SEALWAX_REWRAPPED_BY_COPY,
            _ => return Err(Error::InvalidState("an outcome that C does not know").into()),
        };
        if let Ok(out) = out_or_none!(out_outcome) {
            out.set(outcome);
        }
        Ok(())
    })
}

/// Reads the header of an encrypted file; no key is needed. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_header_of_file(
    path: *const c_char,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (path, out) = (path!(path), out!(out_header));
        let header = file::inspect_file(path)
            .and_then(|bytes| Ok(sealwax_header::copy_of(&Header::parse(&bytes)?)));
        out.set(give(header.map_err(|error| Failure::with_files(error, path, None))?));
        Ok(())
    })
}
