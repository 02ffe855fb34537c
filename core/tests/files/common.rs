//! Shared code of the tests.

use std::fs;
use std::path::PathBuf;

use sealwax::{EncryptionContext, Error, ErrorCode, Kek, LocalKek, SysRng};

/// A fresh local key.
pub(crate) fn kek(name: &str) -> LocalKek {
    LocalKek::new(Kek::generate(&mut SysRng).unwrap(), name).unwrap()
}

/// A context of two pairs.
pub(crate) fn context() -> EncryptionContext {
    EncryptionContext::from_pairs([("tenant", "blue"), ("purpose", "test")]).unwrap()
}

/// Bytes that differ from chunk to chunk.
pub(crate) fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| i.to_le_bytes()[0] ^ (i / 251).to_le_bytes()[0]).collect()
}

/// The code of what must have failed.
pub(crate) fn code_of<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.unwrap_err().code()
}

/// A directory that goes at the end, and what is in it.
pub(crate) struct Folder(pub(crate) tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
