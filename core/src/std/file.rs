//! Whole files: encrypted, decrypted and rewrapped, each at once or not at all.
//!
//! The result is written to a temporary file in the directory of the target, made durable, and
//! renamed. On any error the target is as it was and the temporary file is gone. Memory is
//! constant, whatever the size.
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
mod body;
mod decrypt;
mod disk;
mod encrypt;
mod journal;
mod options;
mod rewrap;
mod source;
mod target;

pub use decrypt::{decrypt_file, inspect_file, open_file};
pub use encrypt::encrypt_file;
pub use options::FileOptions;
pub use rewrap::{RewrapFileOutcome, rewrap_file};

use std::fmt;
use std::io;

use crate::error::Error;

/// Names what was being done when the system said no.
fn failed(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| {
        let kind = source.kind();
        Error::Io(io::Error::new(kind, Failed { what, source }))
    }
}

/// An error of the system, with what was being done.
#[derive(Debug)]
struct Failed {
    what: &'static str,
    source: io::Error,
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
