//! Untrusted journals: FORMAT.md, [R-06], [R-07], [R-08].

use std::fs;
use std::path::{Path, PathBuf};

use sealwax::file::{FileOptions, encrypt_file, inspect_file, rewrap_file};
use sealwax::header::HeaderParts;
use sealwax::{
    DecryptHandle, DecryptOptions, Dek, EncryptOptions, ErrorCode, LocalKek, Padding, RewrapMode,
    SysRng, WrappedKey, rewrap_with,
};

use crate::common::{Folder, bytes, code_of, context, kek};
use crate::whole::open;

struct Case {
    folder: Folder,
    sealed: PathBuf,
    journal: PathBuf,
    old: LocalKek,
    new: LocalKek,
    /// The object's header, and the one that a rewrap would write.
    header: Vec<u8>,
    next: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let (folder, old, new) = (Folder::new(), kek("old"), kek("new"));
        let sealed = seal_to(&folder, "sealed", &old, 512);
        let header = inspect_file(&sealed).unwrap();
        let handle = DecryptHandle::open(&header, &[&old], &DecryptOptions::new()).unwrap();
        let next = rewrap_with(&handle, &[&new], RewrapMode::Replace).unwrap();
        let journal = folder.path("sealed.sealwax-journal");
        Case { folder, sealed, journal, old, new, header, next }
    }

    /// Tears the object's header: the keys are no longer whole.
    fn tear(&self) {
        self.replace_front(&[&self.next[..200], &self.header[200..]].concat());
    }

    fn replace_front(&self, front: &[u8]) {
        let mut object = fs::read(&self.sealed).unwrap();
        object[..front.len()].copy_from_slice(front);
        fs::write(&self.sealed, object).unwrap();
    }

    fn open_with(&self, kek: &LocalKek) -> Result<u64, sealwax::Error> {
        let back = self.folder.path("back");
        let opened = open(&self.sealed, &back, kek);
        assert_eq!(back.exists(), opened.is_ok());
        let _ = fs::remove_file(back);
        opened
    }
}

fn seal_to(folder: &Folder, name: &str, kek: &LocalKek, header_len: usize) -> PathBuf {
    let (src, dst) = (folder.file("plain", &bytes(50_000)), folder.path(name));
    let options = EncryptOptions::new().context(context()).associated_data(b"aad");
    let options = options.padding(Padding::Exact(header_len));
    encrypt_file(&src, &dst, &[kek], &options, &FileOptions::new()).unwrap();
    fs::remove_file(src).unwrap();
    dst
}

#[test]
fn a_torn_header_is_put_right_from_the_journal() {
    let case = Case::new();
    case.tear();
    assert_eq!(code_of(case.open_with(&case.new)), ErrorCode::HeaderAuthentication);
    fs::write(&case.journal, &case.next).unwrap();
    assert!(case.open_with(&case.new).is_ok());
    assert_eq!(inspect_file(&case.sealed).unwrap(), case.next);
    assert!(!case.journal.exists());
}

#[test]
fn a_whole_header_stays_and_its_journal_goes() {
    let case = Case::new();
    let zeros_behind = [&case.next[..9], &[0; 503]].concat();
    let left = [b"", b"SEALWAX".as_slice(), &case.next, &case.next[..511], &case.header];
    for journal in left.into_iter().chain([[0; 512].as_slice(), &zeros_behind]) {
        fs::write(&case.journal, journal).unwrap();
        assert!(case.open_with(&case.old).is_ok());
        assert_eq!(inspect_file(&case.sealed).unwrap(), case.header);
        assert!(!case.journal.exists(), "R-07: undone");
    }
}

#[test]
fn an_older_header_cannot_come_back_through_a_journal() {
    let case = Case::new();
    case.replace_front(&case.next);
    fs::write(&case.journal, &case.header).unwrap();
    assert!(case.open_with(&case.old).is_ok(), "whoever has the old header can read, as ever");
    assert_eq!(inspect_file(&case.sealed).unwrap(), case.next, "but it is not written");
    assert!(case.open_with(&case.new).is_ok());
    assert!(!case.journal.exists());
    assert_eq!(code_of(case.open_with(&case.old)), ErrorCode::NoMatchingKey);
}

/// The same header under another DEK, with a MAC that is right under that.
fn foreign_header(own: &DecryptHandle, dek: &Dek, keys: &[WrappedKey]) -> Vec<u8> {
    let header = own.header().unwrap();
    let wrapped_keys: Vec<_> = keys.iter().map(WrappedKey::view).collect();
    let parts = HeaderParts {
        context: header.context(),
        sealed_metadata: header.sealed_metadata(),
        wrapped_keys: &wrapped_keys,
    };
    let mut bytes = vec![0; header.header_len()];
    parts.encode(dek, header.header_len(), &mut bytes).unwrap();
    bytes
}

/// none of these may be written over the torn header of the object.
fn strange_journals(case: &Case) -> Vec<(&'static str, Vec<u8>)> {
    let of = |path: &Path, kek: &LocalKek| {
        let header = inspect_file(path).unwrap();
        DecryptHandle::open(&header, &[kek], &DecryptOptions::new()).unwrap()
    };
    let own = of(&case.sealed, &case.old);
    let other = of(&seal_to(&case.folder, "other", &case.new, 512), &case.new);
    let longer = of(&seal_to(&case.folder, "longer", &case.new, 600), &case.new);
    let mut wrong_mac = case.next.clone();
    *wrong_mac.last_mut().unwrap() ^= 1;
    // An attacker's DEK, wrapped under a key that the reader accepts, and a right MAC under it:
    // only the body's commitment can tell.
    let foreign_dek = Dek::generate(&mut SysRng).unwrap();
    let keys: Vec<WrappedKey> =
        sealwax::wrap_dek(&foreign_dek, &[&case.new], own.header().unwrap().context()).unwrap();
    let foreign_key = foreign_header(&own, &foreign_dek, &keys);
    vec![
        ("another object's header", other.header_bytes().to_vec()),
        ("another length", longer.header_bytes().to_vec()),
        ("a wrong MAC", wrong_mac),
        ("a foreign key", foreign_key),
        ("bytes behind the header", [&case.next[..], b"x"].concat()),
        ("cut off", case.next[..400].to_vec()),
        ("no header", vec![0; 512]),
    ]
}

#[test]
fn a_strange_journal_is_never_written_to_the_object() {
    let case = Case::new();
    let journals = strange_journals(&case);
    case.tear();
    let torn = fs::read(&case.sealed).unwrap();
    for (what, journal) in journals {
        fs::write(&case.journal, &journal).unwrap();
        for kek in [&case.old, &case.new] {
            assert!(case.open_with(kek).is_err(), "{what}");
            let rewrapped = rewrap_file(&case.sealed, &[kek], &[&case.new], RewrapMode::Replace);
            assert!(rewrapped.is_err(), "{what}");
            assert!(fs::read(&case.sealed).unwrap() == torn, "{what}");
        }
        assert!(fs::read(&case.journal).unwrap() == journal, "{what}: evidence stays");
    }
}

#[test]
fn a_link_to_the_object_finds_the_objects_journal() {
    let case = Case::new();
    case.tear();
    fs::write(&case.journal, &case.next).unwrap();
    let (link, back) = (case.folder.path("link"), case.folder.path("back"));
    std::os::unix::fs::symlink(&case.sealed, &link).unwrap();
    assert!(open(&link, &back, &case.new).is_ok());
    assert_eq!(inspect_file(&case.sealed).unwrap(), case.next);
    assert!(!case.journal.exists());
}

#[test]
fn a_file_that_only_has_a_journals_name_is_kept() {
    let case = Case::new();
    let longer = [&case.next[..], b"x"].concat();
    let of_another = inspect_file(seal_to(&case.folder, "other", &case.old, 600)).unwrap();
    for precious in [b"tide table".as_slice(), b"SEALWAX, a history", &longer, &of_another] {
        fs::write(&case.journal, precious).unwrap();
        assert!(case.open_with(&case.old).is_ok());
        let error = rewrap_file(&case.sealed, &[&case.old], &[&case.new], RewrapMode::Replace);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("is no journal of this file: move it away"), "{error}");
        assert_eq!(fs::read(&case.journal).unwrap(), precious);
        assert_eq!(inspect_file(&case.sealed).unwrap(), case.header);
    }
}

#[test]
fn a_journal_that_is_a_link_or_a_directory_is_not_opened() {
    let case = Case::new();
    let elsewhere = case.folder.file("elsewhere", &case.next);
    std::os::unix::fs::symlink(&elsewhere, &case.journal).unwrap();
    let rewrap = || rewrap_file(&case.sealed, &[&case.old], &[&case.new], RewrapMode::Replace);
    assert_eq!(code_of(rewrap()), ErrorCode::Io);
    assert!(case.open_with(&case.old).is_ok());
    fs::remove_file(&case.journal).unwrap();
    fs::create_dir(&case.journal).unwrap();
    assert_eq!(code_of(rewrap()), ErrorCode::Io);
    assert!(case.open_with(&case.old).is_ok());
    assert_eq!(fs::read(&elsewhere).unwrap(), case.next);
    assert_eq!(inspect_file(&case.sealed).unwrap(), case.header);
}

#[test]
fn a_journal_in_use_is_left_alone_and_waited_for() {
    let case = Case::new();
    fs::write(&case.journal, b"").unwrap();
    let in_use = fs::File::open(&case.journal).unwrap();
    in_use.lock().unwrap();
    assert!(case.open_with(&case.old).is_ok(), "reading does not wait");
    assert!(case.journal.exists());
    std::thread::scope(|scope| {
        let rewrap = scope
            .spawn(|| rewrap_file(&case.sealed, &[&case.old], &[&case.new], RewrapMode::Replace));
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(inspect_file(&case.sealed).unwrap(), case.header);
        in_use.unlock().unwrap();
        rewrap.join().unwrap().unwrap();
    });
    assert!(case.open_with(&case.new).is_ok());
    assert!(!case.journal.exists());
}

#[test]
fn rewraps_at_the_same_time_lose_no_key() {
    let (folder, first) = (Folder::new(), kek("first"));
    let sealed = seal_to(&folder, "sealed", &first, 4_096);
    let others: Vec<LocalKek> = (0..8).map(|i| kek(&format!("key {i}"))).collect();
    std::thread::scope(|scope| {
        for other in &others {
            let (sealed, first) = (&sealed, &first);
            scope.spawn(move || {
                rewrap_file(sealed, &[first], &[other], RewrapMode::Add).unwrap();
            });
        }
    });
    for kek in others.iter().chain([&first]) {
        open(&sealed, &folder.path("back"), kek).unwrap();
        fs::remove_file(folder.path("back")).unwrap();
    }
    assert_eq!(folder.names(), ["sealed"]);
}
