//! The journal of a rewrap in place, and what becomes of one that was left behind.
//!
//! A journal stands beside the object and holds the header that is to be written over the
//! object's (FORMAT.md, R-06 to R-08). It is locked while a rewrap is at work, so that a journal
//! without a lock was left behind by a process that died. What it says is believed only if its
//! header has the length, magic and binding part of the object's, and a MAC that fits a DEK that
//! was unwrapped; and it is written only if that DEK also fits the object's body, because another
//! object may have the same binding part.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::disk::{Disk, RealDisk};
use super::failed;
use crate::chunked::{PREFIX_LEN, Prefix};
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

/// What there is to repair about an object that was opened.
pub(super) struct Repair {
    /// The first bytes of the object as they were, as long as the header.
    seen: Vec<u8>,
    /// The journal's header, if it was opened because the object's own did not open.
    journal: Option<Vec<u8>>,
    /// Whether the object's own header is whole, even if no provider may open it.
    own_is_whole: bool,
}

impl Repair {
    /// For readers, once the body's commitment has shown that the key is the object's own.
    /// Where a repair is not possible, as on a medium that is read-only, reading goes on.
    pub(super) fn try_after_reading(&self, path: &Path) {
        // A journal that anybody may have put there must not replace a header that is whole: it
        // could be an older one.
        if self.journal.is_some() && self.own_is_whole {
            return;
        }
        if let Ok(Some(journal)) = Locked::find(path) {
            let _ = self.finish(path, journal, &RealDisk);
        }
    }

    /// For rewraps, which know no associated data: where the own header is not whole, the
    /// journal's key must open a body without.
    pub(super) fn before_rewrap(
        &self,
        path: &Path,
        object: &File,
        handle: &DecryptHandle,
        journal: Locked,
        disk: &impl Disk,
    ) -> Result<()> {
        if !self.own_is_whole {
            let mut prefix = [0; PREFIX_LEN];
            read_exact_at(object, &mut prefix, handle.header_bytes().len() as u64)?;
            handle.body_schedule(&Prefix::split(&prefix)?.0, &[])?;
        }
        self.finish(path, journal, disk)
    }

    /// Finishes or undoes the rewrap that left `journal` behind: the object gets the header that
    /// was opened, if it does not have it, and the journal goes.
    fn finish(&self, path: &Path, journal: Locked, disk: &impl Disk) -> Result<()> {
        let unwritable = failed("cannot finish the interrupted rewrap");
        let object = OpenOptions::new().read(true).write(self.journal.is_some()).open(path);
        let object = object.map_err(&unwritable)?;
        let mut now = vec![0; self.seen.len()];
        read_exact_at(&object, &mut now, 0).map_err(&unwritable)?;
        if now != self.seen {
            return Ok(()); // another process has been here
        }
        if let Some(header) = &self.journal {
            disk.write(&object, header).map_err(&unwritable)?;
            disk.sync(&object).map_err(&unwritable)?;
        }
        journal.remove(disk)
    }
}

/// Opens the object's own header, or where that fails, the one of its journal.
pub(super) fn open(
    path: &Path,
    object: &File,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<(DecryptHandle, Repair)> {
    let own = read_header(object).and_then(|bytes| DecryptHandle::open(&bytes, providers, options));
    let error = match own {
        Ok(handle) => {
            let seen = handle.header_bytes().to_vec();
            return Ok((handle, Repair { seen, journal: None, own_is_whole: true }));
        }
        Err(error) => error,
    };
    let journal = open_regular(&path_of(path)).ok().and_then(|journal| read_whole(&journal));
    let Some(bytes) = journal else { return Err(error) };
    let Some(seen) = start_of_same_object(object, &bytes) else { return Err(error) };
    match DecryptHandle::open(&bytes, providers, options) {
        Ok(handle) => {
            let own = Header::parse(&seen);
            let own_is_whole = own.is_ok_and(|header| header.verify(handle.dek()).is_ok());
            Ok((handle, Repair { seen, journal: Some(bytes), own_is_whole }))
        }
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
