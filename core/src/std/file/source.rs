//! The file that is read.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use super::failed;
use crate::error::Result;
use crate::std::read_at::ReadAt;

/// A file that was opened for reading.
pub(super) struct Source {
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// Length in bytes; `None` for what can only be read in sequence, such as a pipe.
    pub(super) len: Option<u64>,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(failed("cannot open the source"))?;
        let metadata = file.metadata().map_err(failed("cannot open the source"))?;
        if metadata.is_dir() {
            let error = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(failed("cannot read the source")(error));
        }
        let len = known_len(&file, &metadata).map_err(failed("cannot read the source"))?;
        Ok(Source { file, metadata, len })
    }

    /// Checks that a file read by offsets still has the length that it had at first.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let len = self.file.size().map_err(failed("cannot read the source"))?;
        if self.len.is_some_and(|known| known != len) {
            let what = "the source has changed its length while it was read";
            return Err(io::Error::other(what).into());
        }
        Ok(())
    }
}

/// The length of a regular file. The kernel's own files claim to be empty and are not.
fn known_len(file: &File, metadata: &Metadata) -> io::Result<Option<u64>> {
    let known = metadata.is_file()
        && (metadata.len() > 0 || super::super::read_at::read_up_to(file, &mut [0], 0)? == 0);
    Ok(known.then_some(metadata.len()))
}
