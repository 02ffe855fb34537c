//! Batches of files whose names are made durable together.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::committed;
use super::disk::Disk;
use super::folder::{Folder, FolderId};
use crate::error::{Error, Result};

/// Most directories that wait, because each holds a descriptor.
const MOST_WAITING: usize = 64;

/// Many files, written in sequence or on several threads, that are made durable together.
///
/// The content of each file is on disk before the file gets its name, as always. The batch defers
/// making the names durable, which costs as much as the content of a small file: it is done once
/// per directory instead of once per file.
///
/// ```
/// use sealwax::file::{FileBatch, FileOptions, FileTarget};
/// # let folder = tempfile::tempdir()?;
/// let batch = FileBatch::new();
/// let options = FileOptions::new().batch(&batch);
/// for name in ["north", "south"] {
///     FileTarget::create(folder.path().join(name), &options)?.commit()?;
/// }
/// batch.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct FileBatch {
    waiting: Arc<Mutex<HashMap<FolderId, Folder>>>,
}

impl FileBatch {
    /// A batch without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the names of all files that were committed with this batch durable.
    ///
    /// # Errors
    /// [`Error::Io`] whose [`Error::committed`] is true: the files are complete and have their
    /// names.
    pub fn finish(self) -> Result<()> {
        self.sync(&super::disk::RealDisk)
    }

    pub(super) fn sync(&self, disk: &impl Disk) -> Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // All of them, even if the first one fails.
        let synced: Vec<_> = waiting.drain().map(|(_, each)| disk.sync_folder(&each)).collect();
        let failed = synced.into_iter().find_map(Result::err);
        failed.map_or(Ok(()), |error| Err(unsynced(error)))
    }

    /// Queues the directory of a committed file.
    pub(super) fn add(&self, disk: &impl Disk, folder: Folder) -> Result<()> {
        let id = folder.id().map_err(unsynced)?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(id, folder);
        let is_full = waiting.len() >= MOST_WAITING;
        drop(waiting);
        if is_full { self.sync(disk) } else { Ok(()) }
    }
}

fn unsynced(error: io::Error) -> Error {
    committed("the files are complete, but not their directory")(error)
}

impl fmt::Debug for FileBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBatch").finish_non_exhaustive()
    }
}
