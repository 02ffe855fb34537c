//! The order in which a rewrap writes to the disk, and the state after the disk fails.

use std::cell::Cell;
use std::os::unix::fs::PermissionsExt as _;

use super::super::disk::recording::{Done, Recording};
use super::super::{FileOptions, decrypt_file, inspect_file};
use super::fixtures::{new, old, sealed};
use super::*;
use Done::{
    CreateNamed, CreateUnnamed, LinkTemporary, Permit, Remove, Rename, Sync, SyncFolder, Write,
};

fn rewrap(disk: &impl Disk, path: &Path, in_place: bool) -> Result<RewrapFileOutcome> {
    rewrap_on(disk, path, &[&old()], &[&new(in_place)], RewrapMode::Replace, &|_, _| {
        ControlFlow::Continue(())
    })
}

#[test]
fn in_place_the_journal_is_durable_before_and_the_header_after() {
    let folder = sealed(true);
    let path = folder.path().join("sealed");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let disk = Recording::new(|_| Ok(()));
    rewrap(&disk, &path, true).unwrap();
    let journal = [CreateNamed(0o600), Permit(0o640), Write, Sync, SyncFolder];
    assert_eq!(disk.done.take(), [&journal[..], &[Write, Sync, Remove]].concat());
}

#[test]
fn a_copy_is_durable_before_it_has_the_name_and_so_is_its_name() {
    let folder = sealed(false);
    let path = folder.path().join("sealed");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let disk = Recording::new(|_| Ok(()));
    rewrap(&disk, &path, false).unwrap();
    let copy = [CreateUnnamed(0o600), Sync, LinkTemporary, Rename, SyncFolder];
    assert_eq!(disk.done.take(), [&[CreateNamed(0o600)], &copy[..], &[Remove]].concat());
}

/// A disk whose writes fail, starting with that of the object's header, which is cut.
fn failing(path: &Path, last: u32) -> Recording<'_> {
    let writes = Cell::new(0);
    Recording::new(move |done| {
        if *done == Write {
            writes.set(writes.get() + 1);
        }
        if *done == Write && (2..=last).contains(&writes.get()) {
            let mut object = fs::read(path).unwrap();
            object[100..120].fill(0);
            fs::write(path, object).unwrap();
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    })
}

#[test]
fn what_can_be_undone_is_undone_and_the_journal_goes() {
    let folder = sealed(true);
    let path = folder.path().join("sealed");
    let before = fs::read(&path).unwrap();
    rewrap(&failing(&path, 2), &path, true).unwrap_err();
    assert!(fs::read(&path).unwrap() == before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn of_a_torn_header_the_journal_stays() {
    let folder = sealed(true);
    let path = folder.path().join("sealed");
    rewrap(&failing(&path, 3), &path, true).unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "only it can save the file");
    let header = inspect_file(&path).unwrap();
    let (options, file) = (DecryptOptions::new(), FileOptions::new());
    decrypt_file(&path, folder.path().join("back"), &[&new(true)], &options, &file).unwrap();
    assert_ne!(inspect_file(&path).unwrap(), header);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "and goes when it has");
}

#[test]
fn a_file_that_took_the_name_meanwhile_is_not_replaced() {
    let folder = sealed(false);
    let path = folder.path().join("sealed");
    let disk = Recording::new(|done| {
        if matches!(done, CreateUnnamed(_)) {
            fs::remove_file(&path).unwrap();
            fs::write(&path, b"precious").unwrap();
        }
        Ok(())
    });
    let error = rewrap(&disk, &path, false).unwrap_err();
    assert!(error.to_string().contains("another file has taken its name"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
