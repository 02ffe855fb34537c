//! Fixtures for tests of rewraps and their journals.

use std::fs;

use tempfile::TempDir;

use super::super::{FileOptions, encrypt_file};
use crate::crypto::secret_key::Kek;
use crate::engine::encrypt::{EncryptOptions, Padding};
use crate::keys::LocalKek;

pub(super) const PLAINTEXT_LEN: usize = 40_000;

fn kek(which: u8, id: &str) -> LocalKek {
    LocalKek::new(Kek::from_slice(&[which; 32]).unwrap(), id).unwrap()
}

/// The key of the fixture.
pub(in super::super) fn old() -> LocalKek {
    kek(1, "old")
}

/// For a rewrap in place, its name is as long as the old one's; otherwise it is longer than the
/// padding.
pub(in super::super) fn new(in_place: bool) -> LocalKek {
    kek(2, if in_place { "new" } else { "a new key whose name is too long for the old header" })
}

/// A file encrypted under the old key, in its own folder.
pub(in super::super) fn sealed(in_place: bool) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, vec![7; PLAINTEXT_LEN]).unwrap();
    let padding = if in_place { Padding::Exact(512) } else { Padding::None };
    let options = EncryptOptions::new().padding(padding);
    let sealed = folder.path().join("sealed");
    encrypt_file(&plain, sealed, &[&old()], &options, &FileOptions::new()).unwrap();
    fs::remove_file(plain).unwrap();
    folder
}
