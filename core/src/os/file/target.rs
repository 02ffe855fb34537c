//! Atomic targets: a file appears under its name complete or not at all.

#[cfg(unix)]
pub(super) mod attributes;
mod place;
mod temporary;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

pub(super) use place::descriptor_of;
use temporary::{Made, PRIVATE, by_chance, is_taken};

use super::batch::FileBatch;
use super::disk::{Disk, RealDisk};
use super::folder::{Folder, split};
use super::options::FileOptions;
use super::{check_path, committed, failed};
use crate::error::{Error, Result};
use crate::os::process::OwnProcess;

/// Permissions of a target that replaces nothing and has no option for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NewMode {
    /// The default of new files: `0666` without the bits of the umask.
    Usual,
    /// For the owner only, as for a plaintext that only existed encrypted before.
    Private,
}

/// A file that gets its name only when it is complete.
///
/// The bytes go to an unnamed file (`O_TMPFILE`) if the system supports that, otherwise to a
/// temporary file beside the target. Only its owner may read it. [`commit`](Self::commit) gives it
/// the permissions, owner, access list and extended attributes of the file that it replaces, as far
/// as this process may set them. Then it makes the file durable and gives it the target's name in
/// one step. A target that is dropped before leaves nothing behind, and the old file does not
/// change.
///
/// A target that is a pipe, a device, or a descriptor of this process such as `/dev/stdout`,
/// directly or through a link, is written to and not replaced. Any other link is replaced and not
/// followed. Other hard links of a replaced file keep its old content.
///
/// ```
/// use std::io::Write;
/// use sealwax::file::{FileOptions, FileTarget};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("backup.key");
/// let mut target = FileTarget::create(&path, &FileOptions::new().mode(0o600))?;
/// target.write_all(b"the whole content")?;
/// target.commit()?;
/// # assert_eq!(std::fs::read(&path)?, b"the whole content");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the file appears only after `commit`"]
pub struct FileTarget(Target<'static, RealDisk>);

impl FileTarget {
    /// Starts writing the file `path`.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] unless overwriting is allowed; [`Error::Io`] with the system's
    /// error; [`Error::InvalidArgument`] for a mode over `0o777`.
    pub fn create(path: impl AsRef<Path>, options: &FileOptions<'_>) -> Result<Self> {
        Self::create_as(path.as_ref(), options, NewMode::Usual)
    }

    pub(super) fn create_as(
        path: &Path,
        options: &FileOptions<'_>,
        new_mode: NewMode,
    ) -> Result<Self> {
        Target::create(&RealDisk, path, options, new_mode).map(FileTarget)
    }

    /// The file being written. It can be written at any offset, unless it [is
    /// straight](Self::is_straight).
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// Whether the bytes go straight to a pipe, a device or a descriptor of this process. They
    /// cannot be taken back, and can only be written in sequence.
    pub fn is_straight(&self) -> bool {
        self.0.pending.is_none()
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] if the target was created in the meantime and overwriting is not
    /// allowed; [`Error::InvalidState`] in a process that did not start the file; [`Error::Io`]
    /// with the system's error. After an error the target is unchanged, unless [`Error::committed`]
    /// says otherwise.
    pub fn commit(self) -> Result<()> {
        self.0.commit()
    }
}

impl fmt::Debug for FileTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileTarget").field("straight", &self.is_straight()).finish_non_exhaustive()
    }
}

impl Write for FileTarget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    super::wait::until_writable(&self.0.file)?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.file.flush()
    }
}

impl Seek for FileTarget {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.file.seek(to)
    }
}

/// As [`FileTarget`], on any disk.
pub(super) struct Target<'d, D: Disk> {
    disk: &'d D,
    file: File,
    /// The name that the file will get; `None` for one that is written straight.
    pending: Option<Pending>,
    durable: bool,
    /// The batch that makes the file's name durable.
    batch: Option<FileBatch>,
    /// The process that started it: the child of a fork neither commits nor removes it.
    process: OwnProcess,
}

/// A file without its final name.
struct Pending {
    folder: Folder,
    /// The target's name in the folder.
    name: OsString,
    /// The temporary name of the file, if it has one.
    temporary: Option<OsString>,
    overwrite: bool,
    mode: Option<u32>,
    /// Permissions of a new file.
    usual: u32,
}

impl<'d, D: Disk> Target<'d, D> {
    pub(super) fn create(
        disk: &'d D,
        path: &Path,
        options: &FileOptions<'_>,
        new_mode: NewMode,
    ) -> Result<Self> {
        if options.mode.is_some_and(|mode| mode > 0o777) {
            return Err(Error::InvalidArgument("a mode is of three octal digits"));
        }
        check_path(path)?;
        let (durable, process) = (options.durable, OwnProcess::new());
        if let Some(file) = place::open_straight(path, options)? {
            return Ok(Target { disk, file, pending: None, durable, batch: None, process });
        }
        let (directory, name) = split(path).map_err(failed("cannot write the target"))?;
        let folder =
            Folder::open(directory).map_err(failed("cannot open the target's directory"))?;
        place::replaceable(&folder, name, options.overwrite)?;
        let is_private = new_mode == NewMode::Private || options.mode.is_some();
        let made = Made::new(disk, &folder, is_private);
        let made = made.map_err(failed("cannot create a file beside the target"))?;
        let pending = Pending {
            folder,
            name: name.to_owned(),
            temporary: made.name,
            overwrite: options.overwrite,
            mode: options.mode,
            usual: made.usual,
        };
        let (pending, batch) = (Some(pending), options.batch.cloned());
        Ok(Target { disk, file: made.file, pending, durable, batch, process })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn commit(mut self) -> Result<()> {
        self.process.check()?;
        let Some(mut pending) = self.pending.take() else { return self.sync_straight() };
        let named = self.give_name(&mut pending);
        if named.is_err() {
            pending.remove(self.disk);
        }
        named?;
        if !self.durable {
            return Ok(());
        }
        if let Some(batch) = &self.batch {
            return batch.add(self.disk, pending.folder);
        }
        let synced = self.disk.sync_folder(&pending.folder);
        synced.map_err(committed("the target is complete, but not its directory"))
    }

    /// A block device can be synchronized. Most other devices and pipes cannot, and the system
    /// reports that as an error to ignore.
    fn sync_straight(&self) -> Result<()> {
        match if self.durable { self.disk.sync(&self.file) } else { Ok(()) } {
            Err(error) if keeps_nothing(&error) => Ok(()),
            synced => synced.map_err(failed("cannot write the target")),
        }
    }

    /// All steps before the file gets the target's name.
    fn give_name(&mut self, pending: &mut Pending) -> Result<()> {
        let replaced = place::replaceable(&pending.folder, &pending.name, pending.overwrite)?;
        self.settle(pending, replaced.as_ref())?;
        let free = replaced.is_none();
        if pending.temporary.is_none() && self.link(pending, replaced.as_ref(), free)? {
            return Ok(());
        }
        let Some(temporary) = &pending.temporary else { return Ok(()) };
        let renamed = if pending.overwrite {
            self.disk.rename(&pending.folder, temporary, &pending.name)
        } else {
            self.disk.rename_new(&pending.folder, temporary, &pending.name)
        };
        renamed.map_err(|error| unnamed(error, pending.overwrite))?;
        pending.temporary = None;
        Ok(())
    }

    /// Sets the attributes, then makes content and attributes durable.
    fn settle(&self, pending: &Pending, replaced: Option<&Metadata>) -> Result<()> {
        #[cfg(unix)]
        {
            let path = pending.folder.path_of(&pending.name);
            let wanted = attributes::Wanted {
                replaced: replaced.map(|found| (path.as_path(), found)),
                mode: pending.mode,
                usual: pending.usual,
            };
            attributes::give(self.disk, &self.file, &wanted)
                .map_err(failed("cannot set the permissions of the target"))?;
        }
        if self.durable {
            self.disk.sync(&self.file).map_err(failed("cannot write the target"))?;
        }
        Ok(())
    }

    /// Gives an unnamed file the target's name if that is free, otherwise a random name from which
    /// it can be renamed. A process that is killed between these two system calls, and only there,
    /// leaves a file behind. Returns whether the file has the target's name.
    fn link(
        &mut self,
        pending: &mut Pending,
        replaced: Option<&Metadata>,
        free: bool,
    ) -> Result<bool> {
        if free || !pending.overwrite {
            match self.disk.link(&self.file, &pending.folder, &pending.name) {
                Ok(()) => return Ok(true),
                Err(error) if is_taken(&error) && !pending.overwrite => {
                    return Err(Error::AlreadyExists);
                }
                Err(_) => {}
            }
        }
        let linked = by_chance(|name| self.disk.link(&self.file, &pending.folder, name));
        match linked {
            Ok(((), name)) => pending.temporary = Some(name),
            // Some systems support unnamed files but cannot name them. The file is then copied.
            Err(_) => self.copy(pending, replaced)?,
        }
        Ok(false)
    }

    fn copy(&mut self, pending: &mut Pending, replaced: Option<&Metadata>) -> Result<()> {
        let unwritable = failed("cannot create a file beside the target");
        let made = by_chance(|name| self.disk.create(&pending.folder, name, PRIVATE));
        let (mut file, name) = made.map_err(&unwritable)?;
        pending.temporary = Some(name);
        self.file.rewind().map_err(&unwritable)?;
        io::copy(&mut self.file, &mut file).map_err(&unwritable)?;
        self.file = file;
        self.settle(pending, replaced)
    }
}

impl<D: Disk> Drop for Target<'_, D> {
    fn drop(&mut self) {
        if self.process.check().is_ok()
            && let Some(mut pending) = self.pending.take()
        {
            pending.remove(self.disk);
        }
    }
}

impl Pending {
    /// Removes the file if it has a temporary name.
    fn remove(&mut self, disk: &impl Disk) {
        if let Some(name) = self.temporary.take() {
            let _ = disk.remove(&self.folder, &name);
        }
    }
}

fn keeps_nothing(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, ReadOnlyFilesystem, Unsupported};
    matches!(error.kind(), InvalidInput | ReadOnlyFilesystem | Unsupported)
}

fn unnamed(error: io::Error, overwrite: bool) -> Error {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::AlreadyExists,
        // The file system supports neither a rename without replacement nor hard links.
        InvalidInput | PermissionDenied | Unsupported if !overwrite => {
            failed(ONLY_BY_REPLACING)(error)
        }
        _ => failed("cannot name the target")(error),
    }
}

const ONLY_BY_REPLACING: &str = "cannot name the target: here a file gets its name only where it \
                                 may replace another; overwriting has to be allowed";
