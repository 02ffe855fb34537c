//! Whole files.

use std::ffi::{c_char, c_void};
use std::ops::ControlFlow;
use std::sync::Arc;

use sealwax::file::{self, FileOptions, RewrapFileOutcome};
use sealwax::{Error, Header};

use crate::failure::{Failure, entry, sealwax_code};
use crate::ffi::{HostData, give};
use crate::header::sealwax_header;
use crate::options::{sealwax_decrypt_options, sealwax_encrypt_options};
use crate::provider::sealwax_provider;
use crate::rewrap::rewrap_mode;

/// Told how many bytes of plaintext are done and how many there are, 0 while that is not known;
/// called in the thread that made the call. Returns false to end it with
/// `SEALWAX_ERR_CANCELLED`.
pub type sealwax_progress_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, done: u64, total: u64) -> bool>;

/// How a file is written: overwriting, permissions, durability, threads, progress. Null where a call
/// takes them means: an existing target is an error, the result is durable, one thread for each
/// core, no progress.
#[derive(Clone)]
pub struct sealwax_file_options {
    overwrite: bool,
    mode: Option<u32>,
    durable: bool,
    threads: usize,
    progress: Option<Progress>,
}

impl Default for sealwax_file_options {
    fn default() -> Self {
        let (overwrite, mode, durable, threads, progress) = (false, None, true, 0, None);
        sealwax_file_options { overwrite, mode, durable, threads, progress }
    }
}

/// A function of the host that wants to know how far it is.
#[derive(Clone)]
struct Progress {
    function: unsafe extern "C-unwind" fn(*mut c_void, u64, u64) -> bool,
    host: Arc<HostData>,
}

impl sealwax_file_options {
    /// Runs a call with the core's options.
    fn with<T>(options: Option<Self>, call: impl FnOnce(&FileOptions<'_>) -> T) -> T {
        let Some(options) = options else { return call(&FileOptions::new()) };
        let file = FileOptions::new().overwrite(options.overwrite).threads(options.threads);
        let file = file.durable(options.durable);
        let file = options.mode.map_or(file, |mode| file.mode(mode));
        let Some(progress) = &options.progress else { return call(&file) };
        let report = |done, total| progress.report(done, total);
        call(&file.progress(&report))
    }
}

impl Progress {
    fn report(&self, done: u64, total: u64) -> ControlFlow<()> {
        let (function, user_data) = (self.function, self.host.pointer());
        let go_on = call!(function(user_data, done, total));
        if go_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// How the new header got into a file.
#[repr(u32)]
pub enum sealwax_rewrap_outcome {
    /// It fits where the old one was: a few kilobytes were written, whatever the file's size.
    SEALWAX_REWRAPPED_IN_PLACE = 0,
    /// It does not fit: the file was copied, with the same body.
    SEALWAX_REWRAPPED_BY_COPY = 1,
}

/// Makes file options. Free them with `sealwax_file_options_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_new(
    out_options: *mut *mut sealwax_file_options,
) -> sealwax_code {
    entry(|| {
        out!(out_options).set(give(sealwax_file_options::default()));
        Ok(())
    })
}

/// Whether an existing target is replaced. If not, it is `SEALWAX_ERR_ALREADY_EXISTS`. Pipes and
/// devices are not replaced but written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_overwrite(
    options: *mut sealwax_file_options,
    overwrite: bool,
) -> sealwax_code {
    entry(|| {
        object_mut!(options).overwrite = overwrite;
        Ok(())
    })
}

/// Permissions of the target, such as 0640, whatever the umask. Without them it gets those of the file
/// that it replaces; a new envelope gets what any new file gets there, a new plaintext 0600.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_mode(
    options: *mut sealwax_file_options,
    mode: u32,
) -> sealwax_code {
    entry(|| {
        object_mut!(options).mode = Some(mode);
        Ok(())
    })
}

/// Whether a call returns only when its result would survive a power failure: the default. Else the
/// result may be lost or empty after one, and so may the file that it replaced; but many small files
/// are written several times as fast.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_durable(
    options: *mut sealwax_file_options,
    durable: bool,
) -> sealwax_code {
    entry(|| {
        object_mut!(options).durable = durable;
        Ok(())
    })
}

/// Number of threads; 0 for every core. The bytes do not depend on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_threads(
    options: *mut sealwax_file_options,
    threads: usize,
) -> sealwax_code {
    entry(|| {
        object_mut!(options).threads = threads;
        Ok(())
    })
}

/// Who is told how far it is; null for nobody. `user_data` stays the host's and must be valid
/// while the options are used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_progress(
    options: *mut sealwax_file_options,
    progress: sealwax_progress_fn,
    user_data: *mut c_void,
) -> sealwax_code {
    entry(|| {
        let host = Arc::new(HostData::new(user_data, None));
        object_mut!(options).progress = progress.map(|function| Progress { function, host });
        Ok(())
    })
}

/// Frees options. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_free(options: *mut sealwax_file_options) {
    entry(|| {
        free!(options);
        Ok(())
    });
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
