//! A handle of a directory, which stays the same if the directory is renamed or replaced.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
#[cfg(unix)]
use std::os::fd::OwnedFd;

/// A directory in which files are created, renamed and removed.
pub(super) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: OwnedFd,
    /// Whether the handle can be synchronized. A directory without read permission gives only a
    /// handle for path lookups.
    #[cfg(unix)]
    readable: bool,
}

/// The identity of a directory.
#[cfg(unix)]
pub(super) type FolderId = (u64, u64);
#[cfg(not(unix))]
pub(super) type FolderId = PathBuf;

/// The directory of a file's path, and the file's name in it.
pub(super) fn split(path: &Path) -> io::Result<(&Path, &OsStr)> {
    let Some(name) = path.file_name() else {
        // `/` and `..` are directories; the empty path is not a file.
        let is_empty = path.as_os_str().is_empty();
        return Err(if is_empty { is_missing() } else { is_a_directory() });
    };
    if path.as_os_str().as_encoded_bytes().last().is_some_and(|last| is_separator(*last)) {
        return Err(is_a_directory());
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => Ok((parent, name)),
        _ => Ok((Path::new("."), name)),
    }
}

/// The error of the system for a directory in place of a file.
pub(super) fn is_a_directory() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::ISDIR.into();
    #[cfg(not(unix))]
    return io::ErrorKind::IsADirectory.into();
}

/// The error of the system for an empty path.
fn is_missing() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::NOENT.into();
    #[cfg(not(unix))]
    return io::ErrorKind::NotFound.into();
}

fn is_separator(byte: u8) -> bool {
    std::path::is_separator(char::from(byte))
}

impl Folder {
    /// A path of the name, valid while the directory is not renamed.
    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Metadata of the file with this name, without following a link.
    pub(super) fn metadata(&self, name: &OsStr) -> io::Result<fs::Metadata> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            File::from(rustix::fs::openat(&self.handle, name, flags, Mode::empty())?).metadata()
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        fs::symlink_metadata(self.path_of(name))
    }
}

#[cfg(unix)]
impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let directory = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = |flags| rustix::fs::openat(CWD, path, directory | flags, Mode::empty());
        let opened = open(OFlags::RDONLY).map(|handle| (handle, true));
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let opened = match opened {
            Err(rustix::io::Errno::ACCESS) => open(OFlags::PATH).map(|handle| (handle, false)),
            opened => opened,
        };
        let (handle, readable) = opened?;
        // The process may change its working directory later.
        Ok(Folder { path: std::path::absolute(path)?, handle, readable })
    }

    pub(super) fn id(&self) -> io::Result<FolderId> {
        let found = rustix::fs::fstat(&self.handle)?;
        Ok((found.st_dev as u64, found.st_ino as u64))
    }

    /// Creates an unnamed file.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn create_unnamed(&self, mode: u32) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, ".", flags, mode_of(mode))?.into())
    }

    /// Creates a file, which must not exist. Links are not followed.
    pub(super) fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, name, flags, mode_of(mode))?.into())
    }

    /// Names an unnamed file. The name must be free.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn link(&self, file: &File, name: &OsStr) -> io::Result<()> {
        use std::os::fd::AsRawFd as _;
        let own = format!("/proc/self/fd/{}", file.as_raw_fd());
        let name = Path::new(name);
        Ok(rustix::fs::linkat(CWD, &own, &self.handle, name, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Renames a file and replaces the file that has the new name.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, from, &self.handle, to)?)
    }

    /// Renames a file. The new name must be free.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            use rustix::io::Errno;
            let renamed =
                renameat_with(&self.handle, from, &self.handle, to, RenameFlags::NOREPLACE);
            match renamed {
                // The system or the file system does not support the flag, or a sandbox forbids the
                // call.
                Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP | Errno::PERM) => {}
                known => return Ok(known?),
            }
        }
        rustix::fs::linkat(&self.handle, from, &self.handle, to, AtFlags::empty())?;
        // The file has its name, so the operation succeeded.
        let _ = self.remove(from);
        Ok(())
    }

    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Makes the names of the directory durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if !self.readable {
            // Only the whole file system can be synchronized, through a handle of any of its files.
            return Ok(rustix::fs::syncfs(self.any_file()?)?);
        }
        let _ = self.readable;
        Ok(rustix::fs::fsync(&self.handle)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn any_file(&self) -> io::Result<File> {
        self.create_unnamed(0o600)
    }
}

#[cfg(unix)]
fn mode_of(bits: u32) -> Mode {
    // The width of the type depends on the system.
    Mode::from_bits_truncate(bits as rustix::fs::RawMode)
}

#[cfg(not(unix))]
impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            Ok(Folder { path: std::path::absolute(path)? })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    pub(super) fn id(&self) -> io::Result<FolderId> {
        Ok(self.path.clone())
    }

    pub(super) fn create(&self, name: &OsStr, _mode: u32) -> io::Result<File> {
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create_new(true).open(self.path_of(name))
    }

    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path_of(from), self.path_of(to))
    }

    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::hard_link(self.path_of(from), self.path_of(to))?;
        let _ = self.remove(from);
        Ok(())
    }

    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path_of(name))
    }

    /// Directories cannot be synchronized on this system, which orders their changes itself.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Systems without unnamed files.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Folder {
    pub(super) fn create_unnamed(&self, _mode: u32) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn link(&self, _file: &File, _name: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
