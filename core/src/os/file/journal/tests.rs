//! Journals that change while they are read, and disks without locks.

use std::fs::TryLockError;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::super::disk::RealDisk;
use super::super::rewrap::fixtures::{new, old, sealed};
use super::super::{inspect_file, rewrap_file};
use super::*;
use crate::engine::rewrap::{RewrapMode, rewrap_with};

/// An object, its header, the header that a rewrap would write, and the path of the journal.
struct Case {
    _folder: TempDir,
    path: PathBuf,
    journal: PathBuf,
    header: Vec<u8>,
    next: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let folder = sealed(true);
        let path = folder.path().join("sealed");
        let header = inspect_file(&path).unwrap();
        let handle = DecryptHandle::open(&header, &[&old()], &DecryptOptions::new()).unwrap();
        let next = rewrap_with(&handle, &[&new(true)], RewrapMode::Replace).unwrap();
        let journal = path.with_file_name(name_of("sealed".as_ref()));
        Case { _folder: folder, path, journal, header, next }
    }

    fn replace_front(&self, front: &[u8]) {
        let mut object = fs::read(&self.path).unwrap();
        object[..front.len()].copy_from_slice(front);
        fs::write(&self.path, object).unwrap();
    }

    /// A header with torn wrapped keys.
    fn torn(&self) -> Vec<u8> {
        [&self.next[..100], &[0; 60], &self.next[160..]].concat()
    }

    fn open(&self) -> Repair {
        let (old, new) = (old(), new(true));
        let object = File::open(&self.path).unwrap();
        open(&self.path, &object, &[&old, &new], &DecryptOptions::new()).unwrap().1
    }
}

/// Answers a lock with the given result.
struct Locks<F>(F);

impl<F: Fn() -> Result<(), TryLockError>> Disk for Locks<F> {
    fn lock(&self, _file: &File) -> Result<(), TryLockError> {
        self.0()
    }

    fn pause(&self) {}
}

#[test]
fn without_locks_a_reader_removes_nothing() {
    let case = Case::new();
    let no_locks = Locks(|| Err(TryLockError::Error(io::ErrorKind::Unsupported.into())));
    for header in [&case.header, &case.torn()] {
        case.replace_front(header);
        fs::write(&case.journal, &case.next).unwrap();
        let repair = case.open();
        repair.try_after_reading(&case.path, &no_locks);
        assert!(case.journal.exists(), "a rewrap may be under way");
        assert!(fs::read(&case.path).unwrap().starts_with(header));
        repair.try_after_reading(&case.path, &RealDisk);
        assert!(!case.journal.exists());
    }
}

#[test]
fn a_journal_that_changed_while_it_was_locked_is_left_alone() {
    let case = Case::new();
    fs::write(&case.journal, b"").unwrap();
    let exchanged = Locks(|| {
        fs::remove_file(&case.journal).unwrap();
        fs::write(&case.journal, &case.next).unwrap();
        Ok(())
    });
    case.open().try_after_reading(&case.path, &exchanged);
    assert_eq!(fs::read(&case.journal).unwrap(), case.next, "it is another process's");
}

#[test]
fn an_object_that_changed_since_it_was_opened_is_left_alone() {
    let case = Case::new();
    case.replace_front(&case.torn());
    fs::write(&case.journal, &case.next).unwrap();
    let repair = case.open();
    case.replace_front(&case.header);
    repair.try_after_reading(&case.path, &RealDisk);
    assert_eq!(inspect_file(&case.path).unwrap(), case.header);
    assert!(case.journal.exists(), "what it means has to be found out anew");
}

#[test]
fn whoever_waits_in_vain_is_told_for_what() {
    let case = Case::new();
    fs::write(&case.journal, b"").unwrap();
    let busy = Locks(|| Err(TryLockError::WouldBlock));
    let metadata = fs::metadata(&case.path).unwrap();
    let Err(error) = Locked::create(&case.path, &metadata, &busy, |_| panic!()) else { panic!() };
    let Error::Io(inner) = &error else { panic!("{error}") };
    assert_eq!(inner.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().contains("must be ended"), "{error}");
}

/// An object whose header is torn in the first reads.
struct Changing<'a> {
    case: &'a Case,
    torn_reads: usize,
    reads: AtomicUsize,
}

impl ReadAt for Changing<'_> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        let mut header = self.case.next.clone();
        if read < self.torn_reads {
            // Another byte of the MAC each time.
            header[480 + read] ^= 0xff;
        }
        [header, vec![7; 4_096]].concat().read_at(buf, offset)
    }

    fn size(&self) -> io::Result<u64> {
        File::open(&self.case.path)?.size()
    }
}

///
#[test]
fn a_header_that_changes_while_it_is_read_is_read_again() {
    let case = Case::new();
    let providers = new(true);
    let open = |torn_reads| {
        let object = Changing { case: &case, torn_reads, reads: AtomicUsize::new(0) };
        open(&case.path, &object, &[&providers], &DecryptOptions::new()).map(|_| ())
    };
    open(0).unwrap();
    open(3).unwrap();
    // It never stops changing, so the cause is not a rewrap.
    let error = open(usize::MAX).unwrap_err();
    assert!(matches!(error, Error::HeaderAuthentication), "{error}");
}

#[test]
fn a_rewrap_over_an_older_journal_undoes_no_rotation() {
    let case = Case::new();
    case.replace_front(&case.next);
    fs::write(&case.journal, &case.header).unwrap();
    let third = new(false);
    let error = rewrap_file(&case.path, &[&old()], &[&third], RewrapMode::Replace).unwrap_err();
    assert!(matches!(error, Error::NoMatchingKey(_)), "{error}");
    assert_eq!(inspect_file(&case.path).unwrap(), case.next);
    assert!(!case.journal.exists());
}
