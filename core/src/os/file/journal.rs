//! The journal of a rewrap in place, and what becomes of one that was left behind.
//!
//! A journal stands beside the object and holds the header that is to be written over the
//! object's (FORMAT.md, R-06 to R-08). It is locked while a rewrap is at work, so that a journal
//! without a lock was left behind by a process that died. What it says is believed only if its
//! header has the length, magic and binding part of the object's, and a MAC that fits a DEK that
//! was unwrapped; and it is written only over a header that is not whole, and only if that DEK also
//! fits the object's body, because another object may have the same binding part. It is removed
//! only if it starts as a journal of the object does.

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

/// How often a header that changes while it is read is read again.
const TRIES: usize = 8;

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
    /// Where a repair is not possible, as on a medium that is read-only or has no locks, reading
    /// goes on.
    pub(super) fn try_after_reading(&self, path: &Path, disk: &impl Disk) {
        // A journal that anybody may have put there must not replace a header that is whole: it
        // could be an older one.
        if self.journal.is_some() && self.own_is_whole {
            return;
        }
        if let Ok(Some(journal)) = Locked::find(&place_of(path), disk)
            && journal.is_exclusive
        {
            let _ = self.finish(path, journal, disk);
        }
    }

    /// For rewraps, which know no associated data: where the own header is not whole, the
    /// journal's key must open a body without.
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

    /// Finishes or undoes the rewrap that left `journal` behind: a header that is not whole becomes
    /// the one that was opened, and the journal goes.
    fn finish(&self, path: &Path, journal: Locked, disk: &impl Disk) -> Result<()> {
        let unwritable = failed("cannot finish the interrupted rewrap");
        let header = self.journal.as_ref().filter(|_| !self.own_is_whole);
        let object = OpenOptions::new().read(true).write(header.is_some()).open(path);
        let object = object.map_err(&unwritable)?;
        let mut now = vec![0; self.seen.len()];
        read_exact_at(&object, &mut now, 0).map_err(&unwritable)?;
        if now != self.seen {
            return Ok(()); // another process has been here
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

/// The file that a path means: its journal stands beside it, and not beside a link to it.
fn place_of(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let meant = if is_link { fs::canonicalize(path).ok() } else { None };
    meant.unwrap_or_else(|| path.to_owned())
}

/// Opens the object's own header, or where that fails, the one of its journal. A header that
/// changes meanwhile is read again: another process is rewrapping the object.
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
        // The object's own header may be torn, and its error then says nothing.
        Err(second) if error.code().class() == "format" => Err(second),
        Err(_) => Err(error),
    }
}

/// The journal's bytes if they are one complete header.
fn read_whole(journal: &File) -> Option<Vec<u8>> {
    let bytes = read_some(journal)?;
    Header::parse(&bytes).ok()?;
    Some(bytes)
}

/// All bytes of a file, unless they are too many for a header.
fn read_some(file: &File) -> Option<Vec<u8>> {
    let mut bytes = vec![0; MAX_HEADER_LEN + 1];
    let len = read_up_to(file, &mut bytes, 0).ok()?;
    bytes.truncate(len);
    (len <= MAX_HEADER_LEN).then_some(bytes)
}

/// The object's first bytes, as many as the journal has, if magic, length and binding part are
/// the journal's. A torn header keeps them: a rewrap writes the same bytes there.
fn start_of_same_object(object: &impl ReadAt, journal: &[u8]) -> Option<Vec<u8>> {
    let mut seen = vec![0; journal.len()];
    read_exact_at(object, &mut seen, 0).ok()?;
    let common = common_len(journal)?;
    (seen.get(..common)? == journal.get(..common)?).then_some(seen)
}

/// Length of the magic, the header's length and the binding part, which no rewrap changes.
fn common_len(header: &[u8]) -> Option<usize> {
    Some(FIXED_LEN + Header::parse(header).ok()?.binding_part().len())
}

/// Whether the file is what a rewrap of the object whose header is `own` may have left: no longer
/// than the header, and of what no rewrap changes, the front, and then nothing or zeros, which a
/// power failure leaves of what was not written.
fn starts_as_journal(file: &File, own: &[u8]) -> bool {
    let Some(bytes) = read_some(file).filter(|bytes| bytes.len() <= own.len()) else {
        return false;
    };
    let common = common_len(own).or_else(|| common_len(&bytes)).unwrap_or(FIXED_LEN);
    let mut pairs = bytes.iter().zip(own).take(common);
    let unwritten = pairs.by_ref().find(|(byte, own)| byte != own);
    unwritten.is_none_or(|(first, _)| *first == 0) && pairs.all(|(byte, _)| *byte == 0)
}
