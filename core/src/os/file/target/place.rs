//! Resolving the path of a target: a file to create or replace, or a pipe or device to write to.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use super::super::failed;
use super::super::folder::{Folder, is_a_directory};
use super::super::options::FileOptions;
use super::super::wait::{self, Access};
use crate::error::{Error, Result};

/// Opens a target that is written to directly: a pipe, a device, a descriptor of this process such
/// as `/dev/stdout`. `None` for a target that is created or replaced.
pub(super) fn open_straight(path: &Path, options: &FileOptions<'_>) -> Result<Option<File>> {
    let Some(found) = existing(fs::symlink_metadata(path))? else { return Ok(None) };
    if found.is_file() || found.is_dir() {
        return Ok(None);
    }
    let open = |access| {
        let ask = || options.report(0, 0);
        wait::open(path, access, "cannot open the target", ask).map(Some)
    };
    match descriptor_of(path) {
        Some(1) => standard(&io::stdout()),
        Some(2) => standard(&io::stderr()),
        // Other descriptors are opened again, for appending.
        Some(_) => open(Access::Append),
        None if fs::metadata(path).is_ok_and(|meant| is_special(&meant)) => open(Access::Write),
        None => Ok(None), // a link is replaced, not followed
    }
}

/// The existing file that would be replaced, if overwriting is allowed.
pub(super) fn replaceable(
    folder: &Folder,
    name: &OsStr,
    overwrite: bool,
) -> Result<Option<Metadata>> {
    let Some(found) = existing(folder.metadata(name))? else { return Ok(None) };
    let meant = if found.is_symlink() { fs::metadata(folder.path_of(name)).ok() } else { None };
    if meant.as_ref().unwrap_or(&found).is_dir() {
        return Err(failed("cannot write the target")(is_a_directory()));
    }
    if !overwrite {
        return Err(Error::AlreadyExists);
    }
    if is_special(&found) {
        let error = io::Error::other("it has become a pipe or a device");
        return Err(failed("cannot write the target")(error));
    }
    Ok(Some(found))
}

/// Metadata of the existing file, if any. A link is not followed, because the link itself would be
/// replaced.
fn existing(found: io::Result<Metadata>) -> Result<Option<Metadata>> {
    match found {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("cannot look at the target")(error)),
    }
}

/// A pipe, socket or device: neither a file nor a directory.
fn is_special(metadata: &Metadata) -> bool {
    !metadata.is_file() && !metadata.is_dir() && !metadata.is_symlink()
}

/// The descriptor of this process to which a path such as `/dev/stdout` refers.
#[cfg(unix)]
pub(in super::super) fn descriptor_of(path: &Path) -> Option<u32> {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let (folder, name) = super::super::folder::split(&path).ok()?;
        let folder = fs::canonicalize(folder).ok()?;
        if is_own_descriptors(&folder) {
            return name.to_str()?.parse().ok();
        }
        path = folder.join(fs::read_link(folder.join(name)).ok()?);
    }
    None
}

#[cfg(not(unix))]
pub(in super::super) fn descriptor_of(_path: &Path) -> Option<u32> {
    None
}

#[cfg(unix)]
fn is_own_descriptors(folder: &Path) -> bool {
    let own = |folder: &str| fs::canonicalize(folder).ok();
    [own("/proc/self/fd"), own("/proc/thread-self/fd"), own("/dev/fd")]
        .into_iter()
        .flatten()
        .any(|own| own == folder)
}

/// Standard output is duplicated and not opened again. That also works for a socket, and continues
/// after the bytes that others have written.
#[cfg(unix)]
fn standard(output: &impl std::os::fd::AsFd) -> Result<Option<File>> {
    let taken = output.as_fd().try_clone_to_owned();
    taken.map(|taken| Some(taken.into())).map_err(failed("cannot open the target"))
}

/// No path refers to a descriptor on this system.
#[cfg(not(unix))]
fn standard<T>(_output: &T) -> Result<Option<File>> {
    Ok(None)
}
