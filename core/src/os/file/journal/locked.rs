//! A journal that one process has locked.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::super::disk::Disk;
use super::super::failed;
use super::super::folder::{Folder, split};
use super::name::name_of;
use crate::error::Result;

/// Attempts to lock the journal while another process rewraps the object: for ten seconds.
const TRIES: u32 = 5_000;
const BUSY: &str = "another process has had it locked for ten seconds: it rewraps this file too, \
    or holds the journal (its name ends in .sealwax-journal) for nothing, and must be ended";

/// A journal that this process has locked and that still has its name.
pub(in super::super) struct Locked {
    pub(in super::super) file: File,
    pub(in super::super) folder: Folder,
    name: OsString,
    /// Whether the lock is exclusive. A file system without locks cannot guarantee that; its users
    /// must not run two rewraps at the same time.
    pub(super) is_exclusive: bool,
}

impl Locked {
    /// Creates a journal with the read permissions of the object. If a journal exists, `settle` is
    /// called to recover from it and remove it.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io), also if another process holds the journal too long; as
    /// `settle`.
    pub(in super::super) fn create(
        object: &Path,
        metadata: &Metadata,
        disk: &impl Disk,
        settle: impl Fn(Locked) -> Result<()>,
    ) -> Result<Self> {
        let (folder, name) = beside(object).map_err(failed("cannot create the journal"))?;
        for _ in 0..TRIES {
            match disk.create(&folder, &name, 0o600) {
                Ok(file) => {
                    if let Some(journal) = Self::lock(file, object, disk)? {
                        share(disk, &journal.file, object, metadata)?;
                        return Ok(journal);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    match Self::find(object, disk)? {
                        Some(left_behind) => settle(left_behind)?,
                        None => disk.pause(),
                    }
                }
                Err(error) => return Err(failed("cannot create the journal")(error)),
            }
        }
        Err(failed("cannot create the journal")(io::Error::new(io::ErrorKind::TimedOut, BUSY)))
    }

    /// The journal that a process left behind; `None` if there is none or if its process still
    /// runs.
    pub(super) fn find(object: &Path, disk: &impl Disk) -> Result<Option<Self>> {
        match open(object) {
            Ok(file) => Self::lock(file, object, disk),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("cannot open the journal")(error)),
        }
    }

    /// `None` if another process has the lock, or has removed the journal in the meantime.
    fn lock(file: File, object: &Path, disk: &impl Disk) -> Result<Option<Self>> {
        let is_exclusive = match disk.lock(&file) {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) if has_no_locks(&error) => false,
            Err(TryLockError::Error(error)) => {
                return Err(failed("cannot lock the journal")(error));
            }
        };
        let (folder, name) = beside(object).map_err(failed("cannot open the journal"))?;
        let is_named = has_name(&file, &folder.metadata(&name));
        Ok(is_named.then_some(Locked { file, folder, name, is_exclusive }))
    }

    pub(in super::super) fn remove(self, disk: &impl Disk) -> Result<()> {
        disk.remove(&self.folder, &self.name).map_err(failed("cannot remove the journal"))
    }
}

/// The directory of an object and the name of its journal there.
fn beside(object: &Path) -> io::Result<(Folder, OsString)> {
    let (folder, name) = split(object)?;
    Ok((Folder::open(folder)?, name_of(name)))
}

/// The object's journal, for reading.
pub(super) fn read(object: &Path) -> Option<File> {
    open(object).ok()
}

/// A link or a device is not a journal and must not be opened. The file is opened for writing if
/// possible, because some network file systems lock only such files.
fn open(object: &Path) -> io::Result<File> {
    let (folder, name) = split(object)?;
    let path = folder.join(name_of(name));
    if !std::fs::symlink_metadata(&path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the journal is not a file"));
    }
    let both = OpenOptions::new().read(true).write(true).open(&path);
    both.or_else(|_| File::open(path))
}

/// Some network file systems have no locks, or their lock service does not answer.
fn has_no_locks(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported || locks_are_out(error)
}

#[cfg(unix)]
fn locks_are_out(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::NOLCK | Errno::OPNOTSUPP))
}

#[cfg(not(unix))]
fn locks_are_out(_error: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn share(disk: &impl Disk, journal: &File, object: &Path, metadata: &Metadata) -> Result<()> {
    use super::super::target::attributes::{Wanted, give};
    let wanted = Wanted { replaced: Some((object, metadata)), mode: None, usual: 0o600 };
    give(disk, journal, &wanted).map_err(failed("cannot create the journal"))
}

#[cfg(not(unix))]
fn share(_disk: &impl Disk, _journal: &File, _object: &Path, _metadata: &Metadata) -> Result<()> {
    Ok(())
}

/// Whether the name still refers to this file.
#[cfg(unix)]
fn has_name(file: &File, named: &io::Result<Metadata>) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), named) {
        (Ok(own), Ok(named)) => (own.dev(), own.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// An open file cannot lose its name on this system.
#[cfg(not(unix))]
fn has_name(_file: &File, named: &io::Result<Metadata>) -> bool {
    named.is_ok()
}
