//! How whole files are written.

use std::ffi::c_void;
use std::ops::ControlFlow;
use std::sync::Arc;

use sealwax::Error;
use sealwax::file::{FileBatch, FileOptions, Sparse};

use crate::failure::{Result, entry, sealwax_code};
use crate::ffi::{HostData, give};

/// Told how many bytes of plaintext are done and how many there are, 0 while that is not known;
/// called in the thread that made the call. Returns false to end it with
/// `SEALWAX_ERR_CANCELLED`.
pub type sealwax_progress_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, done: u64, total: u64) -> bool>;

/// Whether runs of zeros in a plaintext become holes in its file, which take no room on the disk.
#[repr(u32)]
pub enum sealwax_sparse {
    /// Runs of 64 KiB and more, so that a sparse file comes back as one.
    SEALWAX_SPARSE_AUTO = 0,
    /// None: all of the file has its room on the disk.
    SEALWAX_SPARSE_NEVER = 1,
    /// Every block of 4 KiB.
    SEALWAX_SPARSE_ALWAYS = 2,
}

/// Files whose names are made durable together, which saves most of the time of many small ones. Any
/// number of threads can use it.
pub struct sealwax_file_batch {
    inner: FileBatch,
}

/// How a file is written: overwriting, permissions, durability, holes, threads, progress. Null
/// where a call takes them means: an existing target is an error, the result is durable, one
/// thread for each core, no progress.
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

/// A function of the host that wants to know how far it is.
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

/// Permissions of the target, such as 0640, whatever the umask. Without them it gets those of the
/// file that it replaces; a new envelope gets what any new file gets there, a new plaintext 0600.
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

/// Whether runs of zeros in a plaintext become holes: one of `sealwax_sparse`. Of an envelope that
/// is read from a pipe none do.
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

/// Has the name of each target made durable together with those of others, when
/// `sealwax_file_batch_finish` is called; null for each at once. The batch can be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_options_set_batch(
    options: *mut sealwax_file_options,
    batch: *const sealwax_file_batch,
) -> sealwax_code {
    entry(|| {
        let batch = optional!(batch).map(|batch| batch.inner.clone());
        object_mut!(options).batch = batch;
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

/// Makes a batch without files. Free it with `sealwax_file_batch_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_new(
    out_batch: *mut *mut sealwax_file_batch,
) -> sealwax_code {
    entry(|| {
        out!(out_batch).set(give(sealwax_file_batch { inner: FileBatch::new() }));
        Ok(())
    })
}

/// Makes the names of all files durable that were written with this batch, once for each directory.
/// After a failure the files are complete and have their names: `sealwax_last_error_committed`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_finish(
    batch: *const sealwax_file_batch,
) -> sealwax_code {
    entry(|| Ok(object!(batch).inner.clone().finish()?))
}

/// Frees a batch. What was written with it and not finished has its name, which may not survive a
/// power failure. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_free(batch: *mut sealwax_file_batch) {
    entry(|| {
        free!(batch);
        Ok(())
    });
}
