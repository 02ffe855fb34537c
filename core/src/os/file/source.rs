//! Source files: regular files, pipes and devices.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::folder::is_a_directory;
use super::options::FileOptions;
use super::target::descriptor_of;
use super::wait::{self, Access};
use super::{check_path, failed};
use crate::error::{Error, Result};
use crate::os::read_at::{ReadAt, read_up_to};

const NOT_A_FILE: Error = Error::InvalidArgument("the source is a device or a pipe, not a file");

/// A file opened for reading.
pub(super) struct Source {
    pub(super) file: File,
    metadata: Metadata,
    /// Length in bytes; `None` for a source that can only be read in sequence, such as a pipe.
    pub(super) len: Option<u64>,
}

impl Source {
    /// Opens a source that may only be readable in sequence.
    pub(super) fn open(path: &Path, options: &FileOptions<'_>) -> Result<Self> {
        check_path(path)?;
        let file = match standard_input(path).map_err(failed("cannot open the source"))? {
            Some(file) => file,
            None => {
                wait::open(path, Access::Read, "cannot open the source", || options.report(0, 0))?
            }
        };
        let metadata = file.metadata().map_err(failed("cannot open the source"))?;
        if metadata.is_dir() {
            return Err(failed("cannot read the source")(is_a_directory()));
        }
        let len = known_len(&file, &metadata).map_err(failed("cannot read the source"))?;
        Ok(Source { file, metadata, len })
    }

    /// Opens a regular file. Opening a pipe or a device may block.
    pub(super) fn open_plain(path: &Path) -> Result<Self> {
        let found = std::fs::metadata(path);
        if found.is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return Err(NOT_A_FILE);
        }
        Self::open(path, &FileOptions::new())
    }

    /// Opens a file that can be read at any offset.
    pub(super) fn open_positional(path: &Path) -> Result<Self> {
        let source = Self::open_plain(path)?;
        if source.len.is_none() { Err(NOT_A_FILE) } else { Ok(source) }
    }

    /// Whether the file occupies less disk space than its length, so that it has holes.
    #[cfg(unix)]
    pub(super) fn has_holes(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        self.len.is_some_and(|len| self.metadata.blocks().saturating_mul(512) < len)
    }

    #[cfg(not(unix))]
    pub(super) fn has_holes(&self) -> bool {
        false
    }

    /// Checks that the target is another file.
    pub(super) fn check_target(&self, target: &Path) -> Result<()> {
        if self.metadata.is_file() && is_same(&self.metadata, target) {
            return Err(Error::InvalidArgument("the source and the target are the same file"));
        }
        Ok(())
    }

    /// Checks that the length of a file has not changed since it was opened.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let len = self.file.size().map_err(failed("cannot read the source"))?;
        if self.len.is_some_and(|known| known != len) {
            let what = "the source has changed its length while it was read";
            return Err(io::Error::other(what).into());
        }
        Ok(())
    }
}

/// In sequence.
impl Read for &Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&self.file).read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    wait::until_readable(&self.file)?;
                }
                read => return read,
            }
        }
    }
}

/// Standard input is duplicated and not opened again: it may be a socket, a file that this process
/// may not open, or partly read.
#[cfg(unix)]
fn standard_input(path: &Path) -> io::Result<Option<File>> {
    use std::os::fd::AsFd as _;
    if std::fs::symlink_metadata(path)?.is_symlink() && descriptor_of(path) == Some(0) {
        return io::stdin().as_fd().try_clone_to_owned().map(|owned| Some(owned.into()));
    }
    Ok(None)
}

#[cfg(not(unix))]
fn standard_input(_path: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// The length of a regular file that can be read at any offset. Virtual files of the kernel report
/// a length of zero or one page, which is wrong.
fn known_len(file: &File, metadata: &Metadata) -> io::Result<Option<u64>> {
    let claimed = metadata.len();
    if !metadata.is_file() || !is_at_start(file)? {
        return Ok(None);
    }
    let holds = match claimed {
        0 => read_up_to(file, &mut [0], 0)? == 0,
        _ if has_room(metadata) => true,
        _ => read_up_to(file, &mut [0], claimed - 1)? == 1,
    };
    Ok(holds.then_some(claimed))
}

/// Standard input may have been read in part.
fn is_at_start(mut file: &File) -> io::Result<bool> {
    Ok(io::Seek::stream_position(&mut file)? == 0)
}

/// Whether the file occupies disk space. Virtual files of the kernel do not, and neither do holes.
#[cfg(unix)]
fn has_room(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(metadata) > 0
}

#[cfg(not(unix))]
fn has_room(_metadata: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn is_same(source: &Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |found: &Metadata| (found.dev(), found.ino()) == (source.dev(), source.ino());
    std::fs::metadata(path).is_ok_and(|found| same(&found))
}

/// Without inode numbers there is no cheap answer. On such systems a file that is open for reading
/// cannot be replaced, so the rename fails.
#[cfg(not(unix))]
fn is_same(_source: &Metadata, _path: &Path) -> bool {
    false
}
