//! Options for writing files.

use std::fmt;
use std::ops::ControlFlow;

use super::batch::FileBatch;
use super::holes::Sparse;
use crate::error::{Error, Result};

/// A progress callback: receives the bytes of plaintext done so far and their total.
type ProgressFn<'a> = dyn Fn(u64, u64) -> ControlFlow<()> + Sync + 'a;

/// How a file is written: overwriting, permissions, durability, threads, progress.
///
/// ```
/// use std::ops::ControlFlow;
/// use sealwax::file::FileOptions;
/// let show = |done: u64, total: u64| {
///     println!("{done} of {total} bytes");
///     ControlFlow::Continue(())
/// };
/// let options = FileOptions::new().overwrite(true).threads(2).progress(&show);
/// ```
#[derive(Clone, Copy)]
pub struct FileOptions<'a> {
    pub(super) overwrite: bool,
    pub(super) mode: Option<u32>,
    pub(super) durable: bool,
    pub(super) sparse: Sparse,
    pub(super) batch: Option<&'a FileBatch>,
    pub(super) threads: usize,
    progress: Option<&'a ProgressFn<'a>>,
}

impl Default for FileOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> FileOptions<'a> {
    /// The defaults: an existing target is an error, the result is durable, all cores, no progress.
    pub const fn new() -> Self {
        FileOptions {
            overwrite: false,
            mode: None,
            durable: true,
            sparse: Sparse::Auto,
            batch: None,
            threads: 0,
            progress: None,
        }
    }

    /// Whether an existing target is replaced. Otherwise it is [`Error::AlreadyExists`]. Pipes and
    /// devices are always written to and never replaced.
    #[must_use]
    pub const fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Permissions of the target, such as `0o640`, regardless of the umask. Without this option a
    /// target keeps the permissions of the file that it replaces, a new envelope gets the default
    /// permissions of new files, and a new plaintext gets `0o600`. It has no effect on systems
    /// without such permissions.
    #[must_use]
    pub const fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Whether the call returns only when the result would survive a power failure, which is the
    /// default. Without it many small files are written several times as fast, but the result, and
    /// the file that it replaced, may be lost or empty after a power failure.
    #[must_use]
    pub const fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Defers making the file's name durable to [`FileBatch::finish`], which does it for all files
    /// of the batch.
    #[must_use]
    pub const fn batch(mut self, batch: &'a FileBatch) -> Self {
        self.batch = Some(batch);
        self
    }

    /// Whether runs of zeros in a plaintext become holes. They never do if the envelope is read
    /// from a pipe.
    #[must_use]
    pub const fn sparse(mut self, sparse: Sparse) -> Self {
        self.sparse = sparse;
        self
    }

    /// Number of threads; 0, the default, is one per core. The result does not depend on it.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// A callback that is called on the calling thread with the bytes of plaintext done so far and
    /// their total. The total is 0 while it is unknown, as for a pipe. [`ControlFlow::Break`] ends
    /// the operation with [`Error::Cancelled`].
    ///
    /// While the operation waits for the other end of a pipe or a device, the callback is called
    /// again with the same numbers when a signal interrupts the wait. The signal's handler must
    /// have been installed without `SA_RESTART`.
    #[must_use]
    pub const fn progress(mut self, progress: &'a ProgressFn<'a>) -> Self {
        self.progress = Some(progress);
        self
    }

    pub(super) fn report(&self, done: u64, total: u64) -> Result<()> {
        match self.progress.map(|progress| progress(done, total)) {
            Some(ControlFlow::Break(())) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for FileOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOptions")
            .field("overwrite", &self.overwrite)
            .field("mode", &self.mode)
            .field("durable", &self.durable)
            .field("sparse", &self.sparse)
            .field("batch", &self.batch.is_some())
            .field("threads", &self.threads)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}
