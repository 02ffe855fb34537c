//! The journal of a rewrap in place, and what becomes of one that was left behind.
//!
//! A journal stands beside the object and holds the header that is to be written over the
//! object's (FORMAT.md, R-06 to R-08). It is locked while a rewrap is at work, so that a journal
//! without a lock was left behind by a process that died. What it says is believed only if its
//! header has the length, magic and binding part of the object's, and a MAC that fits a DEK that
//! was unwrapped.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::disk::{Disk, RealDisk};
use super::failed;
use crate::decrypt::{DecryptHandle, DecryptOptions};
use crate::error::Result;
use crate::header::{FIXED_LEN, Header};
use crate::limits::MAX_HEADER_LEN;
use crate::std::read_at::{read_exact_at, read_header, read_up_to};
use crate::wrap::KeyProvider;

/// How long to wait for another process that rewraps the same object.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(2);

/// The journal of the object at `path`.
pub(super) fn path_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".sealwax-journal");
    name.into()
}

/// A journal that this process has locked, and that still has its name.
pub(super) struct Locked {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Locked {
    /// Makes a journal. Where one is there, `settle` is called with it, to deal with it and
    /// remove it.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io), also if another process holds the journal for long; as `settle`.
    pub(super) fn create(
        object: &Path,
        disk: &impl Disk,
        settle: impl Fn(Locked) -> Result<()>,
    ) -> Result<Self> {
        let path = path_of(object);
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            match disk.create(&path) {
                Ok(file) => {
                    if let Some(journal) = Self::lock(file, &path)? {
                        return Ok(journal);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    match Self::find(object)? {
                        Some(left_behind) => settle(left_behind)?,
                        None => std::thread::sleep(PAUSE),
                    }
                }
                Err(error) => return Err(failed("cannot create the journal")(error)),
            }
        }
        let busy = io::Error::new(io::ErrorKind::TimedOut, "another process rewraps this file");
        Err(failed("cannot create the journal")(busy))
    }

    /// The journal that a process left behind; `None` if there is none or if its process lives.
    pub(super) fn find(object: &Path) -> Result<Option<Self>> {
        let path = path_of(object);
        match open_regular(&path) {
            Ok(file) => Self::lock(file, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("cannot open the journal")(error)),
        }
    }

    /// `None` if another process has the lock, or has removed the journal meanwhile.
    fn lock(file: File, path: &Path) -> Result<Option<Self>> {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Some network file systems have no locks. Whoever rewraps there must not do it twice
            // at the same time.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                return Err(failed("cannot lock the journal")(error));
            }
            Ok(()) => {}
        }
        let named = has_name(&file, path);
        Ok(named.then(|| Locked { file, path: path.to_owned() }))
    }

    pub(super) fn remove(self, disk: &impl Disk) -> Result<()> {
        disk.remove(&self.path).map_err(failed("cannot remove the journal"))
    }
}

/// A link or a device is no journal; it must not even be opened.
fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the journal is not a file"));
    }
    OpenOptions::new().read(true).open(path)
}

/// Whether `path` still names this very file.
#[cfg(unix)]
fn has_name(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(own), Ok(named)) => (own.dev(), own.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// An open file keeps its name here.
#[cfg(not(unix))]
fn has_name(_file: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The header of an object that was opened, and how.
pub(super) struct Opened {
    pub(super) handle: DecryptHandle,
    /// The first bytes of the object as they were, as long as the header.
    seen: Vec<u8>,
    /// Whether the header is the journal's: the object's own did not open.
    from_journal: bool,
}

impl Opened {
    /// Whether the object's own header is whole, although no provider may open it.
    fn own_is_whole(&self) -> bool {
        let own = Header::parse(&self.seen);
        own.is_ok_and(|header| header.verify(self.handle.dek()).is_ok())
    }
}

/// Opens the header of an object, and repairs what an interrupted rewrap has left where that is
/// possible. Where it is not, as on a medium that is read-only, a whole header is enough.
pub(super) fn open(
    path: &Path,
    object: &File,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<DecryptHandle> {
    let opened = open_either(path, object, providers, options)?;
    // A journal that anybody may have put there must not replace a header that is whole: it
    // could be an older one.
    if opened.from_journal && opened.own_is_whole() {
        return Ok(opened.handle);
    }
    if let Ok(Some(journal)) = Locked::find(path) {
        let _ = repair(path, &opened, journal, &RealDisk);
    }
    Ok(opened.handle)
}

/// Opens the object's own header, or where that fails, the one of its journal.
pub(super) fn open_either(
    path: &Path,
    object: &File,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<Opened> {
    let own = read_header(object).and_then(|bytes| DecryptHandle::open(&bytes, providers, options));
    let error = match own {
        Ok(handle) => {
            let seen = handle.header_bytes().to_vec();
            return Ok(Opened { handle, seen, from_journal: false });
        }
        Err(error) => error,
    };
    let journal = open_regular(&path_of(path)).ok().and_then(|journal| read_whole(&journal));
    let Some(bytes) = journal else { return Err(error) };
    let Some(seen) = start_of_same_object(object, &bytes) else { return Err(error) };
    match DecryptHandle::open(&bytes, providers, options) {
        Ok(handle) => Ok(Opened { handle, seen, from_journal: true }),
        // The object's own header may be torn, and its error then says nothing.
        Err(second) if error.code().class() == "format" => Err(second),
        Err(_) => Err(error),
    }
}

/// The journal's bytes if they are one complete header.
fn read_whole(journal: &File) -> Option<Vec<u8>> {
    let mut bytes = vec![0; MAX_HEADER_LEN + 1];
    let len = read_up_to(journal, &mut bytes, 0).ok()?;
    bytes.truncate(len);
    Header::parse(&bytes).ok()?;
    Some(bytes)
}

/// The object's first bytes, as many as the journal has, if magic, length and binding part are
/// the journal's. A torn header keeps them: a rewrap writes the same bytes there.
fn start_of_same_object(object: &File, journal: &[u8]) -> Option<Vec<u8>> {
    let mut seen = vec![0; journal.len()];
    read_exact_at(object, &mut seen, 0).ok()?;
    let common = FIXED_LEN + Header::parse(journal).ok()?.binding_part().len();
    (seen.get(..common)? == journal.get(..common)?).then_some(seen)
}

/// Finishes or undoes the rewrap that left `journal` behind: the object gets the header that was
/// opened, if it does not have it, and the journal goes.
pub(super) fn repair(
    path: &Path,
    opened: &Opened,
    journal: Locked,
    disk: &impl Disk,
) -> Result<()> {
    let unwritable = failed("cannot finish the interrupted rewrap");
    let object = OpenOptions::new().read(true).write(opened.from_journal).open(path);
    let object = object.map_err(&unwritable)?;
    let mut now = vec![0; opened.seen.len()];
    read_exact_at(&object, &mut now, 0).map_err(&unwritable)?;
    if now != opened.seen {
        return Ok(()); // another process has been here
    }
    if opened.from_journal {
        disk.write(&object, opened.handle.header_bytes()).map_err(&unwritable)?;
        disk.sync(&object).map_err(&unwritable)?;
    }
    journal.remove(disk)
}
