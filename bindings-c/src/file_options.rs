//! The options of files.

use std::ffi::c_void;
use std::ops::ControlFlow;
use std::sync::Arc;

use sealwax::Error;
use sealwax::file::{FileBatch, FileOptions, Sparse};

use crate::failure::{Result, sealwax_code};
use crate::ffi::HostData;
use crate::file_batch::sealwax_file_batch;
use crate::panic_boundary::entry;

/// Reports progress: `done` of `total` bytes of plaintext; `total` is 0 while it is not known. It
/// is called in the thread that made the call. If it returns false, the call ends with
/// `SEALWAX_ERR_CANCELLED`.
///
/// While the call waits for the other end of a pipe or a device, a signal whose handler was installed
/// without `SA_RESTART` has it called again, with the same figures.
pub type sealwax_progress_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, done: u64, total: u64) -> bool>;

/// Whether runs of zeros in a plaintext become holes in its file, which take no disk space.
#[repr(u32)]
pub enum sealwax_sparse {
    /// Runs of 64 KiB and more, so that a sparse file stays sparse.
    SEALWAX_SPARSE_AUTO = 0,
    /// No holes. The whole file takes disk space.
    SEALWAX_SPARSE_NEVER = 1,
    /// Every block of 4 KiB.
    SEALWAX_SPARSE_ALWAYS = 2,
}

/// How a file is written: overwriting, permissions, durability, holes, threads, progress.
///
/// Null means the defaults, wherever a call takes these options: an existing target is an error,
/// the result is durable, every core is used, no progress is reported.
#[derive(Clone)]
pub struct sealwax_file_options {
    overwrite: bool,
    mode: Option<u32>,
    durable: bool,
    sparse: Sparse,
    batch: Option<FileBatch>,
    threads: usize,
    progress: Option<Progress>,
}

impl Default for sealwax_file_options {
    fn default() -> Self {
        sealwax_file_options {
            overwrite: false,
            mode: None,
            durable: true,
            sparse: Sparse::Auto,
            batch: None,
            threads: 0,
            progress: None,
        }
    }
}

/// The host's progress callback.
#[derive(Clone)]
struct Progress {
    function: unsafe extern "C-unwind" fn(*mut c_void, u64, u64) -> bool,
    host: Arc<HostData>,
}

impl sealwax_file_options {
    /// Runs a call with the core's options.
    pub(crate) fn with<T>(options: Option<Self>, call: impl FnOnce(&FileOptions<'_>) -> T) -> T {
        let Some(options) = options else { return call(&FileOptions::new()) };
        let file = FileOptions::new().overwrite(options.overwrite).threads(options.threads);
        let file = file.durable(options.durable).sparse(options.sparse);
        let file = options.mode.map_or(file, |mode| file.mode(mode));
        let file = options.batch.as_ref().map_or(file, |batch| file.batch(batch));
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

/// Makes file options. Free them with `sealwax_file_options_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_new(
    out_options: *mut *mut sealwax_file_options,
) -> sealwax_code {
    entry(|| out!(out_options).give(sealwax_file_options::default()))
}

/// Sets whether an existing target is replaced. By default it is `SEALWAX_ERR_ALREADY_EXISTS`.
/// Pipes and devices are written to, never replaced.
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

/// Sets the permissions of the target, such as 0640; the umask does not change them. By default the
/// target gets those of the file that it replaces. A new envelope gets those of any new file, a new
/// plaintext 0600.
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

/// Sets whether a call returns only when its result would survive a power failure, which is the
/// default. If false, the result and the file that it replaced may be lost or empty after a power
/// failure, but many small files are written several times as fast.
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

/// Sets whether runs of zeros in a plaintext become holes: one of `sealwax_sparse`. An envelope
/// that is read from a pipe gives no holes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_sparse(
    options: *mut sealwax_file_options,
    sparse: u32,
) -> sealwax_code {
    entry(|| {
        let sparse = sparse_of(sparse)?;
        object_mut!(options).sparse = sparse;
        Ok(())
    })
}

fn sparse_of(sparse: u32) -> Result<Sparse> {
    const AUTO: u32 = sealwax_sparse::SEALWAX_SPARSE_AUTO as u32;
    const NEVER: u32 = sealwax_sparse::SEALWAX_SPARSE_NEVER as u32;
    const ALWAYS: u32 = sealwax_sparse::SEALWAX_SPARSE_ALWAYS as u32;
    match sparse {
        AUTO => Ok(Sparse::Auto),
        NEVER => Ok(Sparse::Never),
        ALWAYS => Ok(Sparse::Always),
        _ => Err(Error::InvalidArgument("there is no such way to make holes").into()),
    }
}

/// Sets the batch that makes the name of each target durable, in `sealwax_file_batch_finish`. Null:
/// each call does it. The batch can be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_batch(
    options: *mut sealwax_file_options,
    batch: *const sealwax_file_batch,
) -> sealwax_code {
    entry(|| {
        let batch = optional!(batch).map(sealwax_file_batch::cloned);
        object_mut!(options).batch = batch;
        Ok(())
    })
}

/// Sets the number of threads, 0 for every core. The result does not depend on it.
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

/// Sets the progress callback; null for none. The host owns `user_data`, which must be valid while
/// the options are used.
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

/// Frees options. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_free(options: *mut sealwax_file_options) {
    entry(|| free!(options));
}
