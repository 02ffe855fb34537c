//! Targets on a disk that records operations, rejects some of them, or is changed by another
//! process in the meantime.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::disk::recording::{Done, Recording, refuse};
use super::*;
use Done::{
    CreateNamed, CreateUnnamed, Give, LinkTarget, LinkTemporary, Permit, Rename, RenameNew, Sync,
    SyncFolder,
};

const NAME: &str = "target";

/// A folder for one target, which may already exist.
struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new(there: Option<u32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        if let Some(mode) = there {
            fs::write(&path, b"precious").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        Place { folder, path }
    }

    fn names(&self) -> Vec<OsString> {
        fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    fn mode(&self) -> u32 {
        fs::metadata(&self.path).unwrap().permissions().mode() & 0o7777
    }

    /// Writes and commits; returns the recorded operations and the result.
    fn commit(&self, disk: &Recording<'_>, options: &FileOptions<'_>) -> Result<()> {
        let target = Target::create(disk, &self.path, options, NewMode::Private)?;
        target.file().write_all(b"new").unwrap();
        target.commit()
    }
}

const NO_TMPFILE: [Done; 2] = [CreateUnnamed(0o600), CreateUnnamed(0o666)];

#[test]
fn everything_is_on_the_disk_before_the_name_and_the_name_at_the_end() {
    let replace = FileOptions::new().overwrite(true);
    let hasty = replace.durable(false);
    let new = Place::new(None);
    let disk = Recording::new(|_| Ok(()));
    new.commit(&disk, &FileOptions::new()).unwrap();
    let unnamed = CreateUnnamed(0o600);
    assert_eq!(disk.done.take(), [unnamed.clone(), Sync, LinkTarget, SyncFolder]);
    new.commit(&disk, &replace).unwrap();
    let steps = [unnamed.clone(), Sync, LinkTemporary, Rename, SyncFolder];
    assert_eq!(disk.done.take(), steps);
    new.commit(&disk, &hasty).unwrap();
    assert_eq!(disk.done.take(), [unnamed, LinkTemporary, Rename]);
    assert_eq!(fs::read(&new.path).unwrap(), b"new");
    assert_eq!(new.names(), [NAME]);
}

#[test]
fn without_files_without_names_the_order_is_the_same() {
    let disk = Recording::new(refuse(&NO_TMPFILE));
    let new = Place::new(None);
    new.commit(&disk, &FileOptions::new()).unwrap();
    let named = CreateNamed(0o600);
    assert_eq!(disk.done.take(), [named.clone(), Sync, RenameNew, SyncFolder]);
    new.commit(&disk, &FileOptions::new().overwrite(true)).unwrap();
    assert_eq!(disk.done.take(), [named, Sync, Rename, SyncFolder]);
    assert_eq!(new.names(), [NAME]);
}

#[test]
fn a_file_that_gets_no_name_is_copied() {
    let disk = Recording::new(refuse(&[LinkTarget, LinkTemporary]));
    let new = Place::new(None);
    for options in [FileOptions::new(), FileOptions::new().overwrite(true)] {
        new.commit(&disk, &options).unwrap();
        let name = if options.overwrite { Rename } else { RenameNew };
        let steps = [CreateUnnamed(0o600), Sync, CreateNamed(0o600), Sync, name, SyncFolder];
        assert_eq!(disk.done.take(), steps);
        assert_eq!(fs::read(&new.path).unwrap(), b"new");
        assert_eq!(new.names(), [NAME]);
    }
}

#[test]
fn nobody_else_may_read_it_before_it_is_complete() {
    for refused in [&[][..], &NO_TMPFILE] {
        let disk = Recording::new(refuse(refused));
        for (there, expected) in [(Some(0o640), 0o640), (None, 0o600)] {
            let place = Place::new(there);
            let options = FileOptions::new().overwrite(true);
            let target = Target::create(&disk, &place.path, &options, NewMode::Private).unwrap();
            let mode = target.file().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            target.commit().unwrap();
            assert_eq!(place.mode(), expected);
        }
    }
}

#[test]
fn a_new_file_of_the_usual_kind_gets_what_any_new_file_gets() {
    let place = Place::new(None);
    fs::write(&place.path, b"").unwrap();
    let usual = place.mode();
    for refused in [&[][..], &NO_TMPFILE] {
        let disk = Recording::new(refuse(refused));
        fs::remove_file(&place.path).unwrap();
        let target = Target::create(&disk, &place.path, &FileOptions::new(), NewMode::Usual);
        let target = target.unwrap();
        assert_eq!(target.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        target.commit().unwrap();
        assert_eq!(place.mode(), usual);
        assert_eq!(place.names(), [NAME]);
    }
}

#[test]
fn a_mode_that_is_asked_for_is_given() {
    for there in [None, Some(0o600), Some(0o666)] {
        let place = Place::new(there);
        let options = FileOptions::new().overwrite(true).mode(0o604);
        place.commit(&Recording::new(|_| Ok(())), &options).unwrap();
        assert_eq!(place.mode(), 0o604);
    }
    let special = FileOptions::new().mode(0o4755);
    let refused = Place::new(None).commit(&Recording::new(|_| Ok(())), &special);
    assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{refused:?}");
}

#[test]
fn a_target_that_appeared_meanwhile_stays() {
    for refused in [&[][..], &NO_TMPFILE, &[LinkTarget, LinkTemporary]] {
        let place = Place::new(None);
        let appear = |done: &Done| {
            if matches!(done, LinkTarget | RenameNew) {
                fs::write(&place.path, b"precious").unwrap();
            }
            refuse(refused)(done)
        };
        let disk = Recording::new(appear);
        let committed = place.commit(&disk, &FileOptions::new());
        assert!(matches!(committed, Err(Error::AlreadyExists)), "{committed:?}");
        assert_eq!(fs::read(&place.path).unwrap(), b"precious");
        assert_eq!(place.names(), [NAME]);
    }
}

#[test]
fn where_nothing_can_be_named_safely_it_is_said() {
    let place = Place::new(None);
    let refused = [&NO_TMPFILE[..], &[RenameNew]].concat();
    let disk = Recording::new(refuse(&refused));
    let error = place.commit(&disk, &FileOptions::new()).unwrap_err();
    let told = "input/output failed: cannot name the target: here a file gets its name only where \
                it may replace another; overwriting has to be allowed: unsupported";
    assert_eq!(error.to_string(), told);
    assert_eq!(place.names().len(), 0);
    place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap();
    assert_eq!(place.names(), [NAME]);
}

#[test]
fn owner_and_group_are_those_of_the_replaced_file() {
    let place = Place::new(Some(0o664));
    if std::os::unix::fs::chown(&place.path, Some(12), Some(34)).is_err() {
        println!("skipped: only root may give files away");
        return;
    }
    let disk = Recording::new(|_| Ok(()));
    let replace = FileOptions::new().overwrite(true);
    place.commit(&disk, &replace).unwrap();
    let found = fs::metadata(&place.path).unwrap();
    assert_eq!((found.uid(), found.gid(), place.mode()), (12, 34, 0o664));
    let order = [Give(Some(12), 34), Permit(0o664), Sync];
    assert_eq!(disk.done.take()[1..4], order, "permissions after the owner, all before the sync");

    // A process that may not change the owner still sets the group.
    let disk = Recording::new(refuse(&[Give(Some(12), 34)]));
    place.commit(&disk, &replace).unwrap();
    let found = fs::metadata(&place.path).unwrap();
    assert_eq!((found.uid(), found.gid(), place.mode()), (0, 34, 0o664));
}

#[test]
fn a_group_that_cannot_be_kept_gets_no_more_than_all_others() {
    for (mode, narrowed) in [(0o660, 0o600), (0o640, 0o600), (0o664, 0o644), (0o604, 0o604)] {
        let place = Place::new(Some(mode));
        if std::os::unix::fs::chown(&place.path, None, Some(34)).is_err() {
            println!("skipped: only root may give files away");
            return;
        }
        let disk = Recording::new(refuse(&[Give(Some(0), 34), Give(None, 34)]));
        place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap();
        assert_eq!(place.mode(), narrowed);
    }
}

#[test]
fn attributes_and_access_list_are_kept() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    const LIST: &str = "system.posix_acl_access";
    let place = Place::new(Some(0o600));
    let set = |name, value: &[u8]| setxattr(&place.path, name, value, XattrFlags::empty());
    // Version 2; then tag, permissions and id: owner rw, user 12 r, group -, mask r, others -.
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, u32::MAX), (2, 4, 12), (4, 0, u32::MAX), (16, 4, u32::MAX), (32, 0, u32::MAX)];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    if set("user.origin", b"buoy 7").is_err() || set(LIST, &list).is_err() {
        println!("skipped: no extended attributes on this file system");
        return;
    }
    place.commit(&Recording::new(|_| Ok(())), &FileOptions::new().overwrite(true)).unwrap();
    let get = |name| {
        let mut value = vec![0; 100];
        let len = getxattr(&place.path, name, value.as_mut_slice()).unwrap();
        value[..len].to_vec()
    };
    assert_eq!(get("user.origin"), b"buoy 7");
    assert_eq!(get(LIST), list);
    assert_eq!(place.mode(), 0o640, "the bits of the group are the list's mask");

    // The list's bits were not meant for another group, not even until the permissions are set.
    if std::os::unix::fs::chown(&place.path, None, Some(34)).is_ok() {
        let disk = Recording::new(refuse(&[Give(Some(0), 34), Give(None, 34)]));
        place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap();
        assert_eq!(get("user.origin"), b"buoy 7");
        let list = getxattr(&place.path, LIST, vec![0; 100].as_mut_slice());
        assert_eq!(list, Err(rustix::io::Errno::NODATA));
        assert_eq!(place.mode(), 0o600);
        assert!(!disk.done.take().contains(&Permit(0o600)), "it never had wider ones");
    }
}

#[test]
fn a_directory_that_cannot_be_synchronized_is_told_after_the_commit() {
    for there in [None, Some(0o600)] {
        let place = Place::new(there);
        let disk = Recording::new(refuse(&[SyncFolder]));
        let error = place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap_err();
        assert!(error.committed(), "{error}");
        assert!(error.to_string().contains("the target is complete"), "{error}");
        assert_eq!(fs::read(&place.path).unwrap(), b"new");
        assert_eq!(place.names(), [NAME]);
    }
}

#[test]
fn of_a_batch_each_directory_is_synchronized_once() {
    let (place, other) = (Place::new(None), Place::new(None));
    let batch = FileBatch::new();
    let options = FileOptions::new().overwrite(true).batch(&batch);
    let disk = Recording::new(|_| Ok(()));
    for place in [&place, &place, &other] {
        place.commit(&disk, &options).unwrap();
    }
    let done = disk.done.take();
    assert_eq!(done.iter().filter(|done| **done == Sync).count(), 3, "the content does not wait");
    assert!(!done.contains(&SyncFolder));
    batch.sync(&disk).unwrap();
    assert_eq!(disk.done.take(), [SyncFolder, SyncFolder]);
    batch.sync(&disk).unwrap();
    assert_eq!(disk.done.take(), []);
    place.commit(&disk, &options).unwrap();
    let error = batch.sync(&Recording::new(refuse(&[SyncFolder]))).unwrap_err();
    assert!(error.committed(), "{error}");
}

#[test]
fn after_any_other_failure_the_target_is_as_it_was() {
    let named = [CreateNamed(0o600), Sync, Rename];
    for refused in [Sync, LinkTemporary, Rename] {
        let place = Place::new(Some(0o600));
        let more = if refused == LinkTemporary { &named[..] } else { &[] };
        let refused = [&[refused], more].concat();
        let disk = Recording::new(refuse(&refused));
        let error = place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap_err();
        assert!(!error.committed(), "{error}");
        assert_eq!(fs::read(&place.path).unwrap(), b"precious");
        assert_eq!(place.names(), [NAME]);
    }
}

#[test]
fn dropped_it_leaves_nothing_but_another_process_leaves_it_alone() {
    let disk = Recording::new(refuse(&NO_TMPFILE));
    let place = Place::new(None);
    let create =
        || Target::create(&disk, &place.path, &FileOptions::new(), NewMode::Private).unwrap();
    let target = create();
    assert_eq!(place.names().len(), 1);
    drop(target);
    assert_eq!(place.names().len(), 0);
    // The state in the child of a fork: the same target, started by another process.
    let mut target = create();
    target.process = OwnProcess::of_parent();
    drop(target);
    assert_eq!(place.names().len(), 1, "it belongs to the parent");
    let mut target = create();
    target.process = OwnProcess::of_parent();
    assert!(matches!(target.commit(), Err(Error::InvalidState(_))));
    assert!(!place.path.exists());
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let place = Place::new(None);
    let meant = place.folder.path().join("meant");
    fs::write(&meant, b"precious").unwrap();
    symlink(&meant, &place.path).unwrap();
    let disk = Recording::new(|_| Ok(()));
    let kept = place.commit(&disk, &FileOptions::new());
    assert!(matches!(kept, Err(Error::AlreadyExists)), "{kept:?}");
    place.commit(&disk, &FileOptions::new().overwrite(true)).unwrap();
    assert!(fs::symlink_metadata(&place.path).unwrap().is_file());
    assert_eq!(fs::read(&meant).unwrap(), b"precious");
}
