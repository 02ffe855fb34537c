//! Owner, group, permissions, access lists and extended attributes of a file that replaces another.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::super::disk::Disk;

/// The permission bits that a target may have: read, write and execute.
const MODE_BITS: u32 = 0o777;

/// The permissions that `file` will get: `mode`, or those of the file that it replaces.
pub(in super::super) struct Wanted<'a> {
    /// The replaced file.
    pub(in super::super) replaced: Option<(&'a Path, &'a Metadata)>,
    pub(in super::super) mode: Option<u32>,
    /// The permissions of a new file.
    pub(in super::super) usual: u32,
}

/// The permissions as a number.
pub(super) fn mode_of(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & MODE_BITS
}

/// Sets the attributes of `file`, which only its owner may read so far. The permissions come last,
/// so they never apply to a wrong owner or access list.
pub(in super::super) fn give(disk: &impl Disk, file: &File, wanted: &Wanted<'_>) -> io::Result<()> {
    let Some((path, replaced)) = wanted.replaced.filter(|(_, found)| found.is_file()) else {
        return permit(disk, file, wanted.mode.unwrap_or(wanted.usual));
    };
    let group_is_kept = give_owner(disk, file, replaced)?;
    // The access list also sets the bits of the group. A wrong group must not have them even
    // briefly.
    let list_is_kept = extended::copy(path, file, group_is_kept);
    let mut mode = wanted.mode.unwrap_or(mode_of(replaced));
    if !(group_is_kept && list_is_kept) {
        // The bits of the group would apply to another group, so it gets no more than all others
        // have.
        mode &= !0o070 | (mode & 0o007) << 3;
    }
    permit(disk, file, mode)
}

/// Only root may change the owner, but an owner may choose a group to which they belong. Returns
/// whether the group is that of the replaced file.
fn give_owner(disk: &impl Disk, file: &File, replaced: &Metadata) -> io::Result<bool> {
    let new = file.metadata()?;
    let (owner, group) = (replaced.uid(), replaced.gid());
    if (new.uid(), new.gid()) == (owner, group) {
        return Ok(true);
    }
    let given = disk.give(file, Some(owner), group).is_ok()
        || new.gid() == group
        || disk.give(file, None, group).is_ok();
    Ok(given)
}

/// A file system without permissions, such as FAT, rejects the change. All its files have the same
/// ones, so the error is ignored.
pub(super) fn permit(disk: &impl Disk, file: &File, mode: u32) -> io::Result<()> {
    if mode_of(&file.metadata()?) == mode {
        return Ok(());
    }
    match disk.permit(file, mode) {
        Err(error) if is_impossible(&error) => Ok(()),
        done => done,
    }
}

fn is_impossible(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod extended {
    use std::ffi::{CStr, CString};
    use std::fs::File;
    use std::path::Path;

    use rustix::fs::{
        XattrFlags, fremovexattr, fsetxattr, lgetxattr, llistxattr, llistxattr_query,
    };
    use rustix::io::Errno;

    /// The most bytes that Linux returns for a list of attribute names or one value.
    const MOST_LEN: usize = 65_536;
    const ACCESS_LIST: &CStr = c"system.posix_acl_access";
    const LABEL: &CStr = c"security.selinux";

    /// Copies access list, security label and user attributes, as far as the system allows.
    /// Attributes of the old content, such as capabilities and signatures, are not copied. Returns
    /// whether the new file has the access list of the replaced one, or none if that has none.
    /// Without `with_list` the new file has none.
    pub(super) fn copy(from: &Path, to: &File, with_list: bool) -> bool {
        let mut names = names_of(from);
        names.retain(|name| with_list || name.as_c_str() != ACCESS_LIST);
        let mut has_list = false;
        for name in names.iter().filter(|name| is_kept(name)) {
            let kept = copy_one(from, to, name);
            if name.as_c_str() == ACCESS_LIST {
                has_list = true;
                if kept.is_err() {
                    return false;
                }
            }
        }
        has_list || remove_list(to)
    }

    fn is_kept(name: &CStr) -> bool {
        name == ACCESS_LIST || name == LABEL || name.to_bytes().starts_with(b"user.")
    }

    fn copy_one(from: &Path, to: &File, name: &CStr) -> Result<(), Errno> {
        let mut value = vec![0; MOST_LEN];
        let len = lgetxattr(from, name, value.as_mut_slice())?;
        fsetxattr(to, name, value.get(..len).unwrap_or_default(), XattrFlags::empty())
    }

    fn names_of(path: &Path) -> Vec<CString> {
        if llistxattr_query(path).unwrap_or(0) == 0 {
            return Vec::new();
        }
        let mut list = vec![0_u8; MOST_LEN];
        let len = llistxattr(path, list.as_mut_slice()).unwrap_or(0);
        let names = list.get(..len).unwrap_or_default().split(|byte| *byte == 0);
        names.filter(|name| !name.is_empty()).filter_map(|name| CString::new(name).ok()).collect()
    }

    /// A directory may have a default access list that the replaced file did not have.
    fn remove_list(file: &File) -> bool {
        matches!(
            fremovexattr(file, ACCESS_LIST),
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS)
        )
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod extended {
    use std::fs::File;
    use std::path::Path;

    /// Extended attributes are not copied on this system.
    pub(super) fn copy(_from: &Path, _to: &File, _with_list: bool) -> bool {
        true
    }
}
