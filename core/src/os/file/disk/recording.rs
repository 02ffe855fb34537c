//! A disk for tests that records operations and asks a hook before each.

use std::cell::RefCell;

use super::*;

/// A recorded operation.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Done {
    CreateUnnamed(u32),
    CreateNamed(u32),
    Give(Option<u32>, u32),
    Permit(u32),
    Write,
    Sync,
    LinkTarget,
    LinkTemporary,
    Rename,
    RenameNew,
    Remove,
    SyncFolder,
}
type Meanwhile<'a> = Box<dyn Fn(&Done) -> io::Result<()> + 'a>;

/// Performs and records the operations that the hook allows.
pub(in super::super) struct Recording<'a> {
    pub(in super::super) done: RefCell<Vec<Done>>,
    before: Meanwhile<'a>,
}

impl<'a> Recording<'a> {
    pub(in super::super) fn new(before: impl Fn(&Done) -> io::Result<()> + 'a) -> Self {
        Recording { done: RefCell::default(), before: Box::new(before) }
    }

    fn note(&self, what: Done) -> io::Result<()> {
        (self.before)(&what)?;
        self.done.borrow_mut().push(what);
        Ok(())
    }
}

impl Disk for Recording<'_> {
    fn create_unnamed(&self, folder: &Folder, mode: u32) -> io::Result<File> {
        self.note(Done::CreateUnnamed(mode))?;
        RealDisk.create_unnamed(folder, mode)
    }

    fn create(&self, folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
        self.note(Done::CreateNamed(mode))?;
        RealDisk.create(folder, name, mode)
    }

    fn give(&self, file: &File, owner: Option<u32>, group: u32) -> io::Result<()> {
        self.note(Done::Give(owner, group))?;
        RealDisk.give(file, owner, group)
    }

    fn permit(&self, file: &File, mode: u32) -> io::Result<()> {
        self.note(Done::Permit(mode))?;
        RealDisk.permit(file, mode)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        self.note(Done::Write)?;
        RealDisk.write(file, bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.note(Done::Sync)?;
        RealDisk.sync(file)
    }

    fn link(&self, file: &File, folder: &Folder, name: &OsStr) -> io::Result<()> {
        let is_temporary = name.as_encoded_bytes().starts_with(b".sealwax-");
        self.note(if is_temporary { Done::LinkTemporary } else { Done::LinkTarget })?;
        RealDisk.link(file, folder, name)
    }

    fn rename(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.note(Done::Rename)?;
        RealDisk.rename(folder, from, to)
    }

    fn rename_new(&self, folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.note(Done::RenameNew)?;
        RealDisk.rename_new(folder, from, to)
    }

    fn remove(&self, folder: &Folder, name: &OsStr) -> io::Result<()> {
        self.note(Done::Remove)?;
        RealDisk.remove(folder, name)
    }

    fn sync_folder(&self, folder: &Folder) -> io::Result<()> {
        self.note(Done::SyncFolder)?;
        RealDisk.sync_folder(folder)
    }
}

/// A hook that allows all operations but this one.
pub(in super::super) fn refuse(refused: &[Done]) -> impl Fn(&Done) -> io::Result<()> {
    move |done| {
        if refused.contains(done) { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
    }
}
