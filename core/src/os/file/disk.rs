//! Everything by which files are made and changed, in one place: tests stop it at each step, and
//! write down the order of the steps.

#[cfg(all(test, target_os = "linux"))]
pub(super) mod recording;

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

use super::folder::Folder;
use super::write_at::WriteAt as _;

/// Between two looks at what another process has locked.
const PAUSE: Duration = Duration::from_millis(2);

/// The changes that are made to the disk; as written here, they are made.
pub(super) trait Disk {
    /// Makes a file without a name, where the file system has such files.
    fn create_unnamed(&self, folder: &Folder, mode: u32) -> io::Result<File> {
        folder.create_unnamed(mode)
    }

    /// Makes a file, which must not exist; a link is not followed.
    fn create(&self, folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
        folder.create(name, mode)
    }

    /// Locks a file for this process alone, unless somebody else has it.
    fn lock(&self, file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }

    /// Lets another process go on.
    fn pause(&self) {
        std::thread::sleep(PAUSE);
    }

    /// Writes from the first byte on.
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

    /// Gives a file without a name one that is free.
    fn link(&self, file: &File, folder: &Folder, name: &OsStr) -> io::Result<()> {
        folder.link(file, name)
    }

    /// Gives a file another name, which it takes from whatever has it.
    fn rename(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        folder.rename(from, to)
    }

    /// Gives a file another name, which must be free.
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
