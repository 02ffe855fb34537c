//! Temporary and unnamed files, which are written before they get the target's name.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;

use base16ct::HexDisplay;
use rand_core::TryRng as _;

use super::super::disk::Disk;
use super::super::folder::Folder;
#[cfg(unix)]
use super::attributes;
use crate::crypto::rng::SysRng;

/// Permissions for the owner only.
pub(super) const PRIVATE: u32 = 0o600;
/// Permissions of a new file, before the umask.
const USUAL: u32 = 0o666;
/// How many random names are tried. If all are taken, the system's answers are wrong.
const TRIES: usize = 16;

/// A newly created file.
pub(super) struct Made {
    pub(super) file: File,
    pub(super) name: Option<OsString>,
    /// Default permissions of a new file in this directory.
    pub(super) usual: u32,
}

impl Made {
    /// Creates a file that only its owner may read. The default permissions, from the umask or the
    /// directory, are read from it while it is empty.
    pub(super) fn new(disk: &impl Disk, folder: &Folder, is_private: bool) -> io::Result<Self> {
        let first = if is_private { PRIVATE } else { USUAL };
        if let Ok(file) = disk.create_unnamed(folder, first) {
            let usual = narrow(disk, &file, is_private)?;
            return Ok(Made { file, name: None, usual });
        }
        let (file, name) = by_chance(|name| disk.create(folder, name, PRIVATE))?;
        let usual = if is_private { PRIVATE } else { asked_of_another(disk, folder)? };
        Ok(Made { file, name: Some(name), usual })
    }
}

/// Reads the default permissions of a new file, then restricts it to its owner.
#[cfg(unix)]
fn narrow(disk: &impl Disk, file: &File, is_private: bool) -> io::Result<u32> {
    if is_private {
        return Ok(PRIVATE);
    }
    let usual = attributes::mode_of(&file.metadata()?);
    attributes::permit(disk, file, PRIVATE)?;
    Ok(usual)
}

#[cfg(unix)]
fn asked_of_another(disk: &impl Disk, folder: &Folder) -> io::Result<u32> {
    let (file, name) = by_chance(|name| disk.create(folder, name, USUAL))?;
    disk.remove(folder, &name)?;
    Ok(attributes::mode_of(&file.metadata()?))
}

#[cfg(not(unix))]
fn narrow(_disk: &impl Disk, _file: &File, _is_private: bool) -> io::Result<u32> {
    Ok(USUAL)
}

#[cfg(not(unix))]
fn asked_of_another(_disk: &impl Disk, _folder: &Folder) -> io::Result<u32> {
    Ok(USUAL)
}

/// Tries names until one is free.
pub(super) fn by_chance<T>(attempt: impl Fn(&OsStr) -> io::Result<T>) -> io::Result<(T, OsString)> {
    for _ in 0..TRIES {
        let mut random = [0; 8];
        SysRng.try_fill_bytes(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let name = OsString::from(format!(".sealwax-{:x}.tmp", HexDisplay(&random)));
        match attempt(&name) {
            Err(error) if is_taken(&error) => {}
            known => return known.map(|made| (made, name)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

pub(super) fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AlreadyExists
}
