//! Encryption, decryption and rewrap of whole files. The result is complete or absent.
//!
//! The result is written to an unnamed file, or to a temporary one in the directory of the target.
//! It is made durable and then given the target's name in one step: see [`FileTarget`]. On any
//! error the target does not change, and nothing else is left behind. Memory use does not depend on
//! the size.
//!
//! ```no_run
//! use sealwax::file::{FileOptions, decrypt_file, encrypt_file};
//! use sealwax::{DecryptOptions, EncryptOptions, LocalKek};
//! let kek = LocalKek::from_file("backup.key", "backup-2026")?;
//! let options = FileOptions::new();
//! encrypt_file("tides.csv", "tides.csv.sealwax", &[&kek], &EncryptOptions::new(), &options)?;
//! decrypt_file("tides.csv.sealwax", "again.csv", &[&kek], &DecryptOptions::new(), &options)?;
//! # Ok::<(), sealwax::Error>(())
//! ```

mod aligned;
mod batch;
mod body_io;
mod decrypt;
mod disk;
mod encrypt;
mod folder;
mod holes;
mod journal;
mod options;
mod rewrap;
mod source;
mod target;
mod wait;
mod write_at;

pub use batch::FileBatch;
pub use decrypt::{decrypt_file, inspect_file, open_detached_file, open_file};
pub use encrypt::encrypt_file;
pub use holes::Sparse;
pub use options::FileOptions;
pub use rewrap::{RewrapFileOutcome, rewrap_file, rewrap_file_with_progress};
pub use target::FileTarget;

use std::fmt;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};

/// The system would end the path at its first zero byte and use another file.
fn check_path(path: &Path) -> Result<()> {
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(Error::InvalidArgument("a path has no zero byte in it"));
    }
    Ok(())
}

/// Adds the failed operation to an error of the system.
fn failed(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Failed { what, committed: false, source }.into()
}

/// As [`failed`], after the target got its name.
fn committed(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Failed { what, committed: true, source }.into()
}

/// An error of the system, with the operation that failed.
#[derive(Debug)]
struct Failed {
    what: &'static str,
    committed: bool,
    source: io::Error,
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        Error::Io(io::Error::new(failed.source.kind(), failed))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.source)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Error {
    /// Whether the target is complete and has its name despite this error. In that case the system
    /// only failed to guarantee that the name survives a power failure.
    pub fn committed(&self) -> bool {
        let Error::Io(error) = self else { return false };
        let failed = error.get_ref().and_then(|inner| inner.downcast_ref::<Failed>());
        failed.is_some_and(|failed| failed.committed)
    }
}
