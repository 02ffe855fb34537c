//! All system calls that create and change files, in one place. Tests interrupt them at each step
//! and record their order.

#[cfg(all(test, target_os = "linux"))]
pub(super) mod recording;

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

use super::folder::Folder;
use super::write_at::WriteAt as _;

/// Interval between two attempts to lock a file that another process has locked.
const PAUSE: Duration = Duration::from_millis(2);

/// The changes to the disk. The default methods make them.
pub(super) trait Disk {
    /// Creates an unnamed file, if the file system supports that.
    fn create_unnamed(&self, folder: &Folder, mode: u32) -> io::Result<File> {
        folder.create_unnamed(mode)
    }

    /// Creates a file, which must not exist. Links are not followed.
    fn create(&self, folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
        folder.create(name, mode)
    }

    /// Locks a file exclusively, unless another process has locked it.
    fn lock(&self, file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }

    /// Waits for another process.
    fn pause(&self) {
        std::thread::sleep(PAUSE);
    }

    /// Writes at offset 0.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all_at(bytes, 0)
    }

    /// Changes owner or group.
    #[cfg(unix)]
    fn give(&self, file: &File, owner: Option<u32>, group: u32) -> io::Result<()> {
        std::os::unix::fs::fchown(file, owner, Some(group))
    }

    /// Changes the permissions.
    #[cfg(unix)]
    fn permit(&self, file: &File, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(std::fs::Permissions::from_mode(mode))
    }

    /// Makes content and attributes of a file durable.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Names an unnamed file. The name must be free.
    fn link(&self, file: &File, folder: &Folder, name: &OsStr) -> io::Result<()> {
        folder.link(file, name)
    }

    /// Renames a file and replaces the file that has the new name.
    fn rename(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        folder.rename(from, to)
    }

    /// Renames a file. The new name must be free.
    fn rename_new(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        folder.rename_new(from, to)
    }

    /// Removes a file.
    fn remove(&self, folder: &Folder, name: &OsStr) -> io::Result<()> {
        folder.remove(name)
    }

    /// Makes the names in a directory durable.
    fn sync_folder(&self, folder: &Folder) -> io::Result<()> {
        folder.sync()
    }
}

/// The disk of this machine.
pub(super) struct RealDisk;

impl Disk for RealDisk {}
