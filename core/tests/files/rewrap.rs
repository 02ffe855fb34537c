//! Rewraps of files, in place or as a copy: the body does not change.

use std::cell::RefCell;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;

use sealwax::file::{
    FileOptions, RewrapFileOutcome, encrypt_file, inspect_file, open_file, rewrap_file,
    rewrap_file_with_progress,
};
use sealwax::{
    DecryptOptions, EncryptOptions, ErrorCode, Header, KeyProvider, LocalKek, Padding, RewrapMode,
};

use crate::common::{Folder, bytes, code_of, kek};
use crate::whole::{open, seal};

#[test]
fn a_rewrap_in_place_changes_the_header_only() {
    let (folder, old, new) = (Folder::new(), kek("old"), kek("new"));
    let (src, dst) = (folder.file("plain", &bytes(2 << 20)), folder.path("sealed"));
    seal(&src, &dst, &old).unwrap();
    let before = fs::read(&dst).unwrap();
    let outcome = rewrap_file(&dst, &[&old], &[&new], RewrapMode::Replace).unwrap();
    assert_eq!(outcome, RewrapFileOutcome::InPlace);
    let after = fs::read(&dst).unwrap();
    assert!(before[4_096..] == after[4_096..] && before[..4_096] != after[..4_096]);
    assert_eq!(code_of(open(&dst, &folder.path("x"), &old)), ErrorCode::NoMatchingKey);
    open(&dst, &folder.path("back"), &new).unwrap();
    assert!(fs::read(folder.path("back")).unwrap() == fs::read(&src).unwrap());
    assert_eq!(folder.names(), ["back", "plain", "sealed"]);
}

#[test]
fn a_rewrap_that_does_not_fit_copies_the_file() {
    let (folder, old) = (Folder::new(), kek("old"));
    let (src, dst) = (folder.file("plain", &bytes(100_000)), folder.path("sealed"));
    let options = EncryptOptions::new().padding(Padding::None);
    encrypt_file(&src, &dst, &[&old], &options, &FileOptions::new()).unwrap();
    fs::set_permissions(&dst, fs::Permissions::from_mode(0o640)).unwrap();
    let body = fs::read(&dst).unwrap().split_off(inspect_file(&dst).unwrap().len());
    let link = folder.path("link");
    std::os::unix::fs::symlink(&dst, &link).unwrap();
    let others: Vec<LocalKek> = (0..3).map(|i| kek(&format!("new {i}"))).collect();
    let new: Vec<&dyn KeyProvider> = others.iter().map(|kek| kek as &dyn KeyProvider).collect();
    let outcome = rewrap_file(&link, &[&old], &new, RewrapMode::Add).unwrap();
    assert_eq!(outcome, RewrapFileOutcome::Rewritten);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&dst).unwrap().permissions().mode() & 0o777, 0o640);
    let header = inspect_file(&dst).unwrap();
    assert_eq!(Header::parse(&header).unwrap().wrapped_keys().count(), 4);
    assert!(fs::read(&dst).unwrap()[header.len()..] == body);
    for kek in others.iter().chain([&old]) {
        let mut reader = open_file(&dst, &[kek], &DecryptOptions::new()).unwrap();
        reader = reader.threads(0);
        let mut back = vec![0; 100_000];
        reader.read_exact_at(&mut back, 0).unwrap();
        assert!(back == bytes(100_000));
    }
    assert_eq!(folder.names(), ["link", "plain", "sealed"]);
}

#[test]
fn a_copy_tells_how_far_it_is_and_can_be_ended() {
    let (folder, old, new) = (Folder::new(), kek("old"), kek("a longer name"));
    let (src, dst) = (folder.file("plain", &bytes(40 << 20)), folder.path("sealed"));
    let options = EncryptOptions::new().padding(Padding::None);
    encrypt_file(&src, &dst, &[&old], &options, &FileOptions::new()).unwrap();
    let (before, told) = (fs::read(&dst).unwrap(), RefCell::new(Vec::new()));
    let rewrap = |most: u64| {
        rewrap_file_with_progress(&dst, &[&old], &[&new], RewrapMode::Replace, &|done, total| {
            told.borrow_mut().push((done, total));
            if done < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
    };
    assert_eq!(code_of(rewrap(1)), ErrorCode::Cancelled);
    assert!(fs::read(&dst).unwrap() == before);
    assert_eq!(folder.names(), ["plain", "sealed"]);
    let total = (before.len() - inspect_file(&dst).unwrap().len()) as u64;
    assert_eq!(told.take(), [(0, total), (16 << 20, total)]);
    assert_eq!(rewrap(u64::MAX).unwrap(), RewrapFileOutcome::Rewritten);
    let done: Vec<_> = told.take().into_iter().map(|(done, _)| done).collect();
    assert_eq!(done, [0, 16 << 20, 32 << 20, total]);
}

#[test]
fn a_key_that_is_there_is_not_added_again() {
    let (folder, old, new) = (Folder::new(), kek("old"), kek("new"));
    let (src, dst) = (folder.file("plain", &bytes(2 << 20)), folder.path("sealed"));
    seal(&src, &dst, &old).unwrap();
    let add = || rewrap_file(&dst, &[&old], &[&new], RewrapMode::Add).unwrap();
    add();
    let (before, changed) = (fs::read(&dst).unwrap(), fs::metadata(&dst).unwrap().modified());
    assert_eq!(add(), RewrapFileOutcome::InPlace);
    assert!(fs::read(&dst).unwrap() == before);
    assert_eq!(fs::metadata(&dst).unwrap().modified().unwrap(), changed.unwrap());
    assert_eq!(folder.names(), ["plain", "sealed"]);
}

#[test]
fn a_failed_rewrap_leaves_the_file_as_it_was() {
    let (folder, old, other) = (Folder::new(), kek("old"), kek("other"));
    let (src, dst) = (folder.file("plain", &bytes(2 << 20)), folder.path("sealed"));
    seal(&src, &dst, &old).unwrap();
    let before = fs::read(&dst).unwrap();
    let wrong = rewrap_file(&dst, &[&other], &[&other], RewrapMode::Replace);
    assert_eq!(code_of(wrong), ErrorCode::NoMatchingKey);
    let none = rewrap_file(&dst, &[&old], &[], RewrapMode::Replace);
    assert_eq!(code_of(none), ErrorCode::InvalidArgument);
    assert!(fs::read(&dst).unwrap() == before);
    assert_eq!(folder.names(), ["plain", "sealed"]);
}
