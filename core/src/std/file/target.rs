//! The file that is written: all of it at once, or not at all.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failed;
use super::source::Source;
use crate::error::{Error, Result};

/// Permissions of what comes from a pipe, before the umask.
#[cfg(unix)]
const DEFAULT_MODE: u32 = 0o666;

/// Where a target may be written.
pub(super) struct Place<'a> {
    path: &'a Path,
    replaced: Option<Metadata>,
    overwrite: bool,
}

impl<'a> Place<'a> {
    /// Checks that `path` may become the target of `source`.
    pub(super) fn check(path: &'a Path, source: &Source, overwrite: bool) -> Result<Self> {
        let replaced = existing(path)?;
        if let Some(replaced) = &replaced {
            check_replaceable(path, replaced, source, overwrite)?;
        }
        Ok(Place { path, replaced, overwrite })
    }

    /// Makes the temporary file, with the permissions of the target that it replaces, else those
    /// of the source less the umask.
    pub(super) fn create(self, source: &Source) -> Result<Target> {
        let temporary = make_temporary(directory_of(self.path), source)?;
        if let Some(replaced) = &self.replaced {
            take_over(temporary.as_file(), replaced)
                .map_err(failed("cannot set the permissions of the target"))?;
        }
        Ok(Target { path: self.path.to_owned(), temporary, overwrite: self.overwrite })
    }
}

/// A temporary file that becomes the target when it is complete.
pub(super) struct Target {
    path: PathBuf,
    temporary: NamedTempFile,
    overwrite: bool,
}

impl Target {
    pub(super) fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// Makes the file durable and gives it its name.
    pub(super) fn commit(self) -> Result<()> {
        self.file().sync_all().map_err(failed("cannot write the target"))?;
        let persisted = if self.overwrite {
            self.temporary.persist(&self.path)
        } else {
            self.temporary.persist_noclobber(&self.path)
        };
        persisted.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Error::AlreadyExists,
            _ => failed("cannot name the target")(error.error),
        })?;
        sync_directory(&self.path).map_err(failed("cannot write the directory of the target"))
    }
}

/// What has the name already; a link is not followed, because it is what would be replaced.
fn existing(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("cannot look at the target")(error)),
    }
}

fn check_replaceable(
    path: &Path,
    replaced: &Metadata,
    source: &Source,
    overwrite: bool,
) -> Result<()> {
    if replaced.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(failed("cannot write the target")(error));
    }
    if is_source(path, source) {
        return Err(Error::InvalidArgument("the source and the target are the same file"));
    }
    if !overwrite {
        return Err(Error::AlreadyExists);
    }
    if !replaced.is_file() && !replaced.is_symlink() {
        return Err(Error::InvalidArgument("the target is a device or a pipe, not a file"));
    }
    Ok(())
}

#[cfg(unix)]
fn is_source(path: &Path, source: &Source) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |found: &Metadata| {
        (found.dev(), found.ino()) == (source.metadata.dev(), source.metadata.ino())
    };
    fs::metadata(path).is_ok_and(|found| same(&found))
}

/// Without numbers of files there is no cheap answer: the file that was opened for reading cannot
/// be replaced on such systems, and the rename fails.
#[cfg(not(unix))]
fn is_source(_path: &Path, _source: &Source) -> bool {
    false
}

pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn make_temporary(directory: &Path, source: &Source) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sealwax-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(new_permissions(source));
    builder.tempfile_in(directory).map_err(failed("cannot create a file beside the target"))
}

#[cfg(unix)]
fn new_permissions(source: &Source) -> Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = match source.len {
        Some(_) => source.metadata.permissions().mode() & 0o777,
        None => DEFAULT_MODE,
    };
    Permissions::from_mode(mode)
}

/// Permissions and, where the system allows it, owner of the file that is replaced.
#[cfg(unix)]
pub(super) fn take_over(file: &File, replaced: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    if !replaced.is_file() {
        return Ok(());
    }
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (replaced.uid(), replaced.gid()) {
        // Only root may give a file away. Else the new file is its writer's, as any new file is.
        let _ = fchown(file, Some(replaced.uid()), Some(replaced.gid()));
    }
    file.set_permissions(Permissions::from_mode(replaced.permissions().mode() & 0o777))
}

#[cfg(not(unix))]
pub(super) fn take_over(_file: &File, _replaced: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Makes the names in the directory of `path` durable.
#[cfg(unix)]
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(directory_of(path))?.sync_all()
}

/// Directories cannot be opened as files here; the system orders their changes itself.
#[cfg(not(unix))]
pub(super) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}
