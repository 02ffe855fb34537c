//! Rewrap of encrypted files: new wrapped keys, unchanged body.

#[cfg(all(test, unix))]
mod crash;
#[cfg(all(test, unix))]
pub(super) mod fixtures;
#[cfg(all(test, target_os = "linux"))]
mod order;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use super::disk::{Disk, RealDisk};
use super::failed;
use super::journal::{self, Locked};
use super::options::FileOptions;
use super::target::{NewMode, Target};
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::engine::rewrap::{RewrapMode, rewrap_with};
use crate::error::{Error, Result};
use crate::keys::KeyProvider;
use crate::os::read_at::{ReadAt as _, read_header};

/// Bytes that are copied between two progress reports.
const STEP_LEN: u64 = 16 << 20;

/// How a rewrap changed the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RewrapFileOutcome {
    /// The new header replaced the old one in place: a few kilobytes were written, regardless of
    /// the file's size.
    InPlace,
    /// The new header did not fit: the file was copied with the same body.
    Rewritten,
}

/// Replaces or adds the wrapped keys of an encrypted file. The body does not change.
///
/// A new header that fits into the old one and its padding is written in place, protected by a
/// journal, `<name>.sealwax-journal`. Otherwise the file is copied and renamed. After a crash at
/// any time the file opens with the old keys or the new ones; the next
/// [`decrypt_file`](super::decrypt_file), [`open_file`](super::open_file) or `rewrap_file` removes
/// the journal. Links are followed. Rewraps of the same file by several processes wait for each
/// other.
///
/// # Errors
/// [`Error::Io`]; any of the format and key classes;
/// [`Error::ProviderFailed`] if any new provider fails; [`Error::LimitExceeded`] if the header
/// grows too large; [`Error::CommitmentMismatch`] if a rewrap was interrupted while it wrote the
/// header of a file with associated data, which must then be opened before the next rewrap. On any
/// error the file opens as before.
///
/// # Security
/// As [`rewrap_header`](crate::rewrap_header): a rewrap does not revoke a DEK that was already
/// unwrapped.
pub fn rewrap_file(
    path: impl AsRef<Path>,
    old: &[&dyn KeyProvider],
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
) -> Result<RewrapFileOutcome> {
    rewrap_file_with_progress(path, old, new, mode, &|_, _| ControlFlow::Continue(()))
}

/// As [`rewrap_file`], and reports the progress of a file that must be copied.
///
/// `progress` is called on this thread with the bytes of the body copied so far and their total.
/// [`ControlFlow::Break`] ends the copy, and the file does not change.
///
/// # Errors
/// As [`rewrap_file`]; [`Error::Cancelled`].
pub fn rewrap_file_with_progress(
    path: impl AsRef<Path>,
    old: &[&dyn KeyProvider],
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
    progress: &dyn Fn(u64, u64) -> ControlFlow<()>,
) -> Result<RewrapFileOutcome> {
    rewrap_on(&RealDisk, path.as_ref(), old, new, mode, progress)
}

/// As [`rewrap_file_with_progress`], on a disk that may fail.
pub(super) fn rewrap_on(
    disk: &impl Disk,
    path: &Path,
    old: &[&dyn KeyProvider],
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
    progress: &dyn Fn(u64, u64) -> ControlFlow<()>,
) -> Result<RewrapFileOutcome> {
    let path = &fs::canonicalize(path).map_err(failed("cannot open the file"))?;
    let object = open_object(path)?;
    let metadata = object.metadata().map_err(failed("cannot open the file"))?;
    let journal = Locked::create(path, &metadata, disk, |left_behind| {
        let (handle, repair) = journal::open(path, &object, old, &DecryptOptions::new())?;
        repair.before_rewrap(path, &object, &handle, left_behind, disk)
    })?;
    let rewrapped = plan(path, old, new, mode).and_then(|plan| {
        let old = plan.handle.header_bytes();
        if plan.header == old {
            Ok(RewrapFileOutcome::InPlace) // all keys to add were already present
        } else if plan.header.len() == old.len() {
            write_over(disk, &plan, &journal)
        } else {
            copy(disk, path, &plan, progress)
        }
    });
    match rewrapped {
        // The object's header is torn, and only the journal can restore it. It must stay.
        Err(Failure { error, torn: true }) => Err(error),
        Err(Failure { error, torn: false }) => journal.remove(disk).and(Err(error)),
        Ok(outcome) => journal.remove(disk).map(|()| outcome),
    }
}

fn open_object(path: &Path) -> Result<File> {
    let object = OpenOptions::new().read(true).write(true).open(path);
    let object = object.map_err(failed("cannot open the file"))?;
    let metadata = object.metadata().map_err(failed("cannot open the file"))?;
    if metadata.is_file() {
        Ok(object)
    } else {
        Err(Error::InvalidArgument("only a regular file can be rewrapped"))
    }
}

/// An error, and whether it left a torn header.
struct Failure {
    error: Error,
    torn: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, torn: false }
    }
}

/// The object, its old header and the new one.
struct Plan {
    object: File,
    handle: DecryptHandle,
    header: Vec<u8>,
}

/// Opens the object again, now that the journal is locked, and encodes the new header.
fn plan(
    path: &Path,
    old: &[&dyn KeyProvider],
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
) -> Result<Plan, Failure> {
    let object = open_object(path)?;
    let handle = DecryptHandle::open(&read_header(&object)?, old, &DecryptOptions::new())?;
    let header = rewrap_with(&handle, new, mode)?;
    Ok(Plan { object, handle, header })
}

/// Rewraps in place. The journal is durable before the first byte of the object changes, and the
/// object is durable before the journal is removed.
fn write_over(
    disk: &impl Disk,
    plan: &Plan,
    journal: &Locked,
) -> Result<RewrapFileOutcome, Failure> {
    let unwritable = failed("cannot write the journal");
    disk.write(&journal.file, &plan.header).map_err(&unwritable)?;
    disk.sync(&journal.file).map_err(&unwritable)?;
    disk.sync_folder(&journal.folder).map_err(&unwritable)?;
    let written = disk.write(&plan.object, &plan.header).and_then(|()| disk.sync(&plan.object));
    if let Err(error) = written {
        let old = plan.handle.header_bytes();
        let undone = disk.write(&plan.object, old).and_then(|()| disk.sync(&plan.object));
        let error = failed("cannot write the header")(error);
        return Err(Failure { error, torn: undone.is_err() });
    }
    Ok(RewrapFileOutcome::InPlace)
}

/// Rewraps a file whose new header does not fit: a copy with the new header replaces it.
fn copy(
    disk: &impl Disk,
    path: &Path,
    plan: &Plan,
    progress: &dyn Fn(u64, u64) -> ControlFlow<()>,
) -> Result<RewrapFileOutcome, Failure> {
    let options = FileOptions::new().overwrite(true);
    let copy = Target::create(disk, path, &options, NewMode::Private)?;
    copy_into(copy.file(), plan, progress)?;
    // If the file was replaced in the meantime, it has new data that must not be lost.
    if !still_named(&plan.object, path) {
        let error = io::Error::other("another file has taken its name meanwhile");
        return Err(failed("cannot replace the file")(error).into());
    }
    copy.commit()?;
    Ok(RewrapFileOutcome::Rewritten)
}

fn copy_into(
    mut copy: &File,
    plan: &Plan,
    progress: &dyn Fn(u64, u64) -> ControlFlow<()>,
) -> Result<()> {
    let failed = failed("cannot copy the file");
    let (mut object, old_len) = (&plan.object, plan.handle.header_bytes().len() as u64);
    let body_len = object.size().map_err(&failed)?.saturating_sub(old_len);
    copy.write_all(&plan.header).map_err(&failed)?;
    object.seek(SeekFrom::Start(old_len)).map_err(&failed)?;
    let mut done = 0;
    loop {
        if progress(done, body_len).is_break() {
            return Err(Error::Cancelled);
        }
        match io::copy(&mut object.take(STEP_LEN), &mut copy).map_err(&failed)? {
            0 => break,
            copied => done += copied,
        }
    }
    if done != body_len {
        let what = "the file has changed its length while it was copied";
        return Err(failed(io::Error::other(what)));
    }
    Ok(())
}

#[cfg(unix)]
fn still_named(object: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (object.metadata(), fs::symlink_metadata(path)) {
        (Ok(own), Ok(named)) => (own.dev(), own.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// An open file cannot lose its name on this system.
#[cfg(not(unix))]
fn still_named(_object: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
