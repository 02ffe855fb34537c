//! Rewraps that are killed at each of their steps, or whose machine loses power ([R-05]).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::super::folder::Folder;
use super::super::{FileOptions, decrypt_file, inspect_file};
use super::fixtures::{PLAINTEXT_LEN, new, old, sealed};
use super::*;
use crate::keys::LocalKek;

/// Offsets at which writes are cut: in the preamble, the binding part, the keys, the padding,
/// before the MAC.
const CUTS: [usize; 5] = [5, 14, 60, 130, 300];
/// The orders to a child process: the file, whether the header fits in place, the step at which to
/// die.
const CHILD: &str = "SEALWAX_TEST_CRASH";

fn rewrap(disk: &impl Disk, path: &Path, in_place: bool) -> Result<RewrapFileOutcome> {
    rewrap_on(disk, path, &[&old()], &[&new(in_place)], RewrapMode::Replace, &|_, _| {
        ControlFlow::Continue(())
    })
}

/// A copy of a folder as the crash left it.
fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

fn opens(folder: &Path, kek: &LocalKek) -> bool {
    let out = folder.join("out");
    let options = DecryptOptions::new();
    let sealed = folder.join("sealed");
    match decrypt_file(sealed, &out, &[kek], &options, &FileOptions::new()) {
        Ok(_) => {
            assert!(fs::read(&out).unwrap() == vec![7; PLAINTEXT_LEN]);
            fs::remove_file(out).unwrap();
            true
        }
        Err(error) => {
            assert!(!out.exists(), "{error}");
            false
        }
    }
}

/// After a crash the file opens under at least one key, in any order, and can be rewrapped; opening
/// it repairs it. Returns which of the old and the new key opens it at once.
fn check(folder: &Path, in_place: bool, body: &[u8]) -> (bool, bool) {
    let (old, new) = (old(), new(in_place));
    let (first, second) = (copy_of(folder), copy_of(folder));
    let with_old = opens(first.path(), &old);
    let with_new = opens(second.path(), &new);
    assert!(with_old || with_new, "nobody can open the file");
    for (folder, opened) in [(first.path(), with_old), (second.path(), with_new)] {
        if opened {
            check_whole(folder, body);
        }
        assert!(opens(folder, &old) || opens(folder, &new), "opening it has made it worse");
    }
    let again = copy_of(folder);
    let path = again.path().join("sealed");
    rewrap_file(&path, &[&old, &new], &[&new], RewrapMode::Replace).unwrap();
    check_whole(again.path(), body);
    assert!(opens(again.path(), &new) && !opens(again.path(), &old));
    assert!(!journal_of(&path).exists());
    (with_old, with_new)
}

/// The file itself has an intact header, and its body has not changed.
fn check_whole(folder: &Path, body: &[u8]) {
    let path = folder.join("sealed");
    let header = inspect_file(&path).unwrap();
    assert!(fs::read(&path).unwrap()[header.len()..] == *body);
}

fn body_of(folder: &Path) -> Vec<u8> {
    let path = folder.join("sealed");
    fs::read(&path).unwrap().split_off(inspect_file(&path).unwrap().len())
}

/// Performs a number of operations; then the process dies.
struct Dying {
    left: Cell<u32>,
}

impl Dying {
    fn step(&self) {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => std::process::abort(),
        }
    }
}

impl Disk for Dying {
    fn create_unnamed(&self, folder: &Folder, mode: u32) -> io::Result<File> {
        self.step();
        RealDisk.create_unnamed(folder, mode)
    }

    fn create(&self, folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
        self.step();
        RealDisk.create(folder, name, mode)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        for cut in CUTS.into_iter().filter(|cut| *cut < bytes.len()) {
            self.step();
            RealDisk.write(file, &bytes[..cut])?;
        }
        self.step();
        RealDisk.write(file, bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.step();
        RealDisk.sync(file)
    }

    fn link(&self, file: &File, folder: &Folder, name: &OsStr) -> io::Result<()> {
        self.step();
        RealDisk.link(file, folder, name)
    }

    fn rename(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.step();
        RealDisk.rename(folder, from, to)
    }

    fn remove(&self, folder: &Folder, name: &OsStr) -> io::Result<()> {
        self.step();
        RealDisk.remove(folder, name)
    }

    fn sync_folder(&self, folder: &Folder) -> io::Result<()> {
        self.step();
        RealDisk.sync_folder(folder)
    }
}

/// Not a test, but the program of the killed process.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let [path, in_place, step] = task.split('\n').collect::<Vec<_>>()[..] else { panic!() };
    let disk = Dying { left: Cell::new(step.parse().unwrap()) };
    rewrap(&disk, Path::new(path), in_place == "true").unwrap();
}

/// Runs a child that dies at this step; returns whether it reached the end.
fn run_child(path: &Path, in_place: bool, step: u32) -> bool {
    let name = concat!(module_path!(), "::child");
    let name = name.split_once("::").unwrap().1;
    let task = format!("{}\n{in_place}\n{step}", path.display());
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([name, "--exact"]).env(CHILD, task).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("running 1 test"), "{text}");
    if !output.status.success() {
        assert_eq!(output.status.signal(), Some(6), "{text}");
    }
    output.status.success()
}

fn kill_at_every_step(in_place: bool) -> Vec<(bool, bool)> {
    let fresh = sealed(in_place);
    let body = body_of(fresh.path());
    let mut seen = Vec::new();
    for step in 0.. {
        let folder = copy_of(fresh.path());
        let lived = run_child(&folder.path().join("sealed"), in_place, step);
        seen.push(check(folder.path(), in_place, &body));
        if lived {
            break;
        }
    }
    seen
}

#[test]
fn killed_at_any_step_in_place_it_opens() {
    let seen = kill_at_every_step(true);
    assert!(seen.len() > 15, "{seen:?}");
    assert_eq!(seen[0], (true, false));
    assert_eq!(seen[seen.len() - 1], (false, true));
    assert!(seen.contains(&(true, true)), "a journal beside a whole header: both open it");
}

#[test]
fn killed_at_any_step_of_a_copy_it_opens() {
    let seen = kill_at_every_step(false);
    assert_eq!(seen[0], (true, false));
    assert_eq!(seen[seen.len() - 1], (false, true));
}

/// A recorded operation of a rewrap.
#[derive(Clone, Debug, PartialEq)]
enum Done {
    CreateJournal,
    WriteJournal,
    SyncJournal,
    SyncDirectory,
    WriteObject,
    SyncObject,
    RemoveJournal,
}

/// Performs and records all operations.
struct Recording {
    object: u64,
    done: RefCell<Vec<Done>>,
}

impl Recording {
    fn note(&self, file: &File, object: Done, journal: Done) {
        let is_object = file.metadata().unwrap().ino() == self.object;
        self.done.borrow_mut().push(if is_object { object } else { journal });
    }
}

impl Disk for Recording {
    fn create(&self, folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
        self.done.borrow_mut().push(Done::CreateJournal);
        RealDisk.create(folder, name, mode)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        self.note(file, Done::WriteObject, Done::WriteJournal);
        RealDisk.write(file, bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.note(file, Done::SyncObject, Done::SyncJournal);
        RealDisk.sync(file)
    }

    fn remove(&self, folder: &Folder, name: &OsStr) -> io::Result<()> {
        self.done.borrow_mut().push(Done::RemoveJournal);
        RealDisk.remove(folder, name)
    }

    fn sync_folder(&self, folder: &Folder) -> io::Result<()> {
        self.done.borrow_mut().push(Done::SyncDirectory);
        RealDisk.sync_folder(folder)
    }
}

/// The path of an object's journal.
fn journal_of(object: &Path) -> PathBuf {
    object.with_file_name(journal::name_of(object.file_name().unwrap()))
}

/// The possible contents of the disk after a power failure: changes that were not synchronized may
/// be complete, partial or missing.
struct Possible {
    objects: Vec<Vec<u8>>,
    journals: Vec<Option<Vec<u8>>>,
}

fn possible(done: &[Done], old: &[u8], new: &[u8]) -> Possible {
    let has = |what: Done| done.contains(&what);
    let torn = |from: &[u8]| -> Vec<Vec<u8>> {
        let cut = |cut: usize| [&new[..cut], &from[cut.min(from.len())..]].concat();
        CUTS.into_iter().map(cut).chain([new.to_vec(), from.to_vec()]).collect()
    };
    let objects = match (has(Done::WriteObject), has(Done::SyncObject)) {
        (false, _) => vec![old.to_vec()],
        (true, false) => torn(old),
        (true, true) => vec![new.to_vec()],
    };
    let mut journals: Vec<Option<Vec<u8>>> = match (has(Done::WriteJournal), has(Done::SyncJournal))
    {
        (false, _) => vec![Some(Vec::new())],
        (true, false) => {
            let zeros = vec![0; new.len()];
            torn(&[]).into_iter().chain(torn(&zeros)).map(Some).collect()
        }
        (true, true) => vec![Some(new.to_vec())],
    };
    if !has(Done::CreateJournal) {
        journals.clear();
    }
    if !has(Done::SyncDirectory) || has(Done::RemoveJournal) {
        journals.push(None);
    }
    Possible { objects, journals }
}

#[test]
fn after_a_power_failure_at_any_time_it_opens() {
    let fresh = sealed(true);
    let rewrapped = copy_of(fresh.path());
    let path = rewrapped.path().join("sealed");
    let ino = fs::metadata(&path).unwrap().ino();
    let disk = Recording { object: ino, done: RefCell::default() };
    assert_eq!(rewrap(&disk, &path, true).unwrap(), RewrapFileOutcome::InPlace);
    let (body, old) = (body_of(fresh.path()), inspect_file(fresh.path().join("sealed")).unwrap());
    let new = inspect_file(&path).unwrap();
    let log = disk.done.into_inner();
    let mut seen = BTreeSet::new();
    for end in 0..=log.len() {
        let Possible { objects, journals } = possible(&log[..end], &old, &new);
        for object in &objects {
            for journal in &journals {
                if seen.insert((object.clone(), journal.clone())) {
                    let folder = tempfile::tempdir().unwrap();
                    let path = folder.path().join("sealed");
                    fs::write(&path, [object, body.as_slice()].concat()).unwrap();
                    if let Some(journal) = journal {
                        fs::write(journal_of(&path), journal).unwrap();
                    }
                    check(folder.path(), true, &body);
                }
            }
        }
    }
    assert!(seen.len() > 15, "{log:?}");
}
