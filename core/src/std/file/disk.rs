//! Everything by which a rewrap changes the disk, in one place: a test stops it at each of them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use super::body::WriteAt as _;
use super::target::sync_directory;

/// The changes that a rewrap makes.
pub(super) trait Disk {
    /// Makes a new file, which must not exist; a link is not followed.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// Writes from the first byte on.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content of a file durable.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Makes the names in the directory of `path` durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Gives a temporary file the name of the file that it replaces.
    fn rename(&self, file: NamedTempFile, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all_at(bytes, 0)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        sync_directory(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn rename(&self, file: NamedTempFile, path: &Path) -> io::Result<()> {
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }
}
