//! The journal of a rewrap in place, and recovery from one that was left behind.
//!
//! A journal is a file beside the object that holds the new header, which will replace the object's
//! (FORMAT.md, R-06 to R-08). A rewrap locks it while it works, so an unlocked journal was left
//! behind by a process that died. A journal is trusted only if its header has the length, magic and
//! binding part of the object's, and if its MAC verifies under an unwrapped DEK. It is written only
//! over a header that is not intact, and only if that DEK also fits the object's body, because
//! another object may have the same binding part. It is removed only if it starts as a journal of
//! the object does.

mod locked;
mod name;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub(super) use locked::Locked;
#[cfg(test)]
pub(super) use name::name_of;

use super::disk::Disk;
use super::failed;
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::error::{Error, Result};
use crate::format::chunked::{PREFIX_LEN, Prefix};
use crate::format::header::{FIXED_LEN, Header};
use crate::format::limits::MAX_HEADER_LEN;
use crate::keys::KeyProvider;
use crate::os::read_at::{ReadAt, read_exact_at, read_front, read_up_to};

/// How often a header is read again that changes while it is read.
const TRIES: usize = 8;

/// The repair that an opened object needs.
pub(super) struct Repair {
    /// The first bytes of the object before the repair, as many as the header has.
    seen: Vec<u8>,
    /// The journal's header, if it was used because the object's own did not open.
    journal: Option<Vec<u8>>,
    /// Whether the object's own header is intact, even if no provider accepts it.
    own_is_whole: bool,
}

impl Repair {
    /// Repair by readers, after the body's commitment has shown that the DEK is that of the object.
    /// If a repair is impossible, on a read-only medium or without locks, reading continues.
    pub(super) fn try_after_reading(&self, path: &Path, disk: &impl Disk) {
        // Anyone may have put the journal there, and its header may be an old one. It must not
        // replace an intact header.
        if self.journal.is_some() && self.own_is_whole {
            return;
        }
        if let Ok(Some(journal)) = Locked::find(&place_of(path), disk)
            && journal.is_exclusive
        {
            let _ = self.finish(path, journal, disk);
        }
    }

    /// Repair by rewraps, which do not know the associated data. If the object's own header is not
    /// intact, the journal's DEK must fit a body without associated data.
    pub(super) fn before_rewrap(
        &self,
        path: &Path,
        object: &impl ReadAt,
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

    /// Finishes or undoes the rewrap that left `journal` behind: replaces a header that is not
    /// intact by the one that was opened, and removes the journal.
    fn finish(&self, path: &Path, journal: Locked, disk: &impl Disk) -> Result<()> {
        let unwritable = failed("cannot finish the interrupted rewrap");
        let header = self.journal.as_ref().filter(|_| !self.own_is_whole);
        let object = OpenOptions::new().read(true).write(header.is_some()).open(path);
        let object = object.map_err(&unwritable)?;
        let mut now = vec![0; self.seen.len()];
        read_exact_at(&object, &mut now, 0).map_err(&unwritable)?;
        if now != self.seen {
            return Ok(()); // another process changed the object
        }
        if !starts_as_journal(&journal.file, &self.seen) {
            return Err(foreign());
        }
        if let Some(header) = header {
            disk.write(&object, header).map_err(&unwritable)?;
            disk.sync(&object).map_err(&unwritable)?;
        }
        journal.remove(disk)
    }
}

fn foreign() -> Error {
    let what = "the file that has the journal's name is no journal of this file: move it away";
    failed("cannot create the journal")(io::Error::new(io::ErrorKind::AlreadyExists, what))
}

/// Resolves links: the journal is beside the file, and not beside a link to it.
fn place_of(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let meant = if is_link { fs::canonicalize(path).ok() } else { None };
    meant.unwrap_or_else(|| path.to_owned())
}

/// Opens the object's own header or, if that fails, that of its journal. A header that changes in
/// the meantime is read again, because another process is rewrapping the object.
pub(super) fn open(
    path: &Path,
    object: &impl ReadAt,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<(DecryptHandle, Repair)> {
    let mut front = read_front(object)?;
    for _ in 1..TRIES {
        match open_once(path, object, &front, providers, options) {
            Ok(opened) => return Ok(opened),
            Err(error) => {
                let now = read_front(object)?;
                if now == front {
                    return Err(error);
                }
                front = now;
            }
        }
    }
    open_once(path, object, &front, providers, options)
}

fn open_once(
    path: &Path,
    object: &impl ReadAt,
    front: &[u8],
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<(DecryptHandle, Repair)> {
    let error = match DecryptHandle::open(front, providers, options) {
        Ok(handle) => {
            let seen = handle.header_bytes().to_vec();
            return Ok((handle, Repair { seen, journal: None, own_is_whole: true }));
        }
        Err(error) => error,
    };
    let journal = locked::read(&place_of(path)).and_then(|journal| read_whole(&journal));
    let Some(bytes) = journal else { return Err(error) };
    let Some(seen) = start_of_same_object(object, &bytes) else { return Err(error) };
    match DecryptHandle::open(&bytes, providers, options) {
        Ok(handle) => {
            let own = Header::parse(&seen);
            let own_is_whole = own.is_ok_and(|header| header.verify(handle.dek()).is_ok());
            Ok((handle, Repair { seen, journal: Some(bytes), own_is_whole }))
        }
        // The object's own header may be torn; its error is then meaningless.
        Err(second) if error.code().class() == "format" => Err(second),
        Err(_) => Err(error),
    }
}

/// The journal's bytes, if they are exactly one complete header.
fn read_whole(journal: &File) -> Option<Vec<u8>> {
    let bytes = read_some(journal)?;
    Header::parse(&bytes).ok()?;
    Some(bytes)
}

/// The whole file, unless it is too long for a header.
fn read_some(file: &File) -> Option<Vec<u8>> {
    let mut bytes = vec![0; MAX_HEADER_LEN + 1];
    let len = read_up_to(file, &mut bytes, 0).ok()?;
    bytes.truncate(len);
    (len <= MAX_HEADER_LEN).then_some(bytes)
}

/// The object's first bytes, as many as the journal has, if magic, length and binding part equal
/// the journal's. A torn header still has them, because a rewrap writes the same bytes there.
fn start_of_same_object(object: &impl ReadAt, journal: &[u8]) -> Option<Vec<u8>> {
    let mut seen = vec![0; journal.len()];
    read_exact_at(object, &mut seen, 0).ok()?;
    let common = common_len(journal)?;
    (seen.get(..common)? == journal.get(..common)?).then_some(seen)
}

/// Length of magic, `header_len` and binding part, which no rewrap changes.
fn common_len(header: &[u8]) -> Option<usize> {
    Some(FIXED_LEN + Header::parse(header).ok()?.binding_part().len())
}

/// Whether a rewrap of the object with the header `own` may have left the file. It is then no
/// longer than the header, and starts with a prefix of the part that no rewrap changes, followed by
/// nothing or by zeros, which a power failure leaves in place of unwritten bytes.
fn starts_as_journal(file: &File, own: &[u8]) -> bool {
    let Some(bytes) = read_some(file).filter(|bytes| bytes.len() <= own.len()) else {
        return false;
    };
    let common = common_len(own).or_else(|| common_len(&bytes)).unwrap_or(FIXED_LEN);
    let mut pairs = bytes.iter().zip(own).take(common);
    let unwritten = pairs.by_ref().find(|(byte, own)| byte != own);
    unwritten.is_none_or(|(first, _)| *first == 0) && pairs.all(|(byte, _)| *byte == 0)
}
