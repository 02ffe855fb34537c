//! Whole files: round trips, and no partial results.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::{Folder, bytes, code_of, context, kek};
use sealwax::file::{
    FileOptions, decrypt_file, encrypt_file, inspect_file, open_file, rewrap_file,
};
use sealwax::io::DecryptReader;
use sealwax::{DecryptOptions, EncryptOptions, Error, ErrorCode, Header, LocalKek, RewrapMode};

pub(crate) fn seal(src: &Path, dst: &Path, kek: &LocalKek) -> Result<u64, Error> {
    let options = EncryptOptions::new().context(context()).associated_data(b"aad");
    encrypt_file(src, dst, &[kek], &options, &FileOptions::new())
}

pub(crate) fn open(src: &Path, dst: &Path, kek: &LocalKek) -> Result<u64, Error> {
    let options = DecryptOptions::new().required_context(context()).associated_data(b"aad");
    decrypt_file(src, dst, &[kek], &options, &FileOptions::new())
}

#[test]
fn every_size_comes_back_with_every_number_of_threads() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let run = 1 << 20;
    for len in [0, 1, 16_383, 16_384, 16_385, 100_000, run - 1, run, run + 1, 5 * run + 77] {
        let plaintext = bytes(len);
        let src = folder.file("plain", &plaintext);
        for threads in [0, 1, 3] {
            let file = FileOptions::new().threads(threads).overwrite(true);
            let (dst, back) = (folder.path("sealed"), folder.path("back"));
            let options = EncryptOptions::new().metadata(b"m").associated_data(b"aad");
            let written = encrypt_file(&src, &dst, &[&kek], &options, &file).unwrap();
            assert_eq!(written, fs::metadata(&dst).unwrap().len());
            let options = DecryptOptions::new().associated_data(b"aad");
            let envelope = fs::read(&dst).unwrap();
            assert!(sealwax::decrypt(&envelope, &[&kek], &options).unwrap() == plaintext);
            assert_eq!(decrypt_file(&dst, &back, &[&kek], &options, &file).unwrap(), len as u64);
            assert!(fs::read(&back).unwrap() == plaintext);
        }
    }
    assert_eq!(folder.names(), ["back", "plain", "sealed"]);
}

#[test]
fn a_file_of_one_mebibyte_has_room_for_a_rewrap_in_place() {
    let (folder, kek) = (Folder::new(), kek("a"));
    for (len, multiple) in [((1 << 20) - 1, false), (1 << 20, true)] {
        let src = folder.file("plain", &bytes(len));
        let dst = folder.path("sealed");
        let file = FileOptions::new().overwrite(true);
        encrypt_file(&src, &dst, &[&kek], &EncryptOptions::new(), &file).unwrap();
        let header = inspect_file(&dst).unwrap();
        assert_eq!(header.len().is_multiple_of(4_096), multiple);
        assert_eq!(Header::parse(&header).unwrap().wrapped_keys().count(), 1);
    }
}

#[test]
fn what_is_there_stays() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (src, dst) = (folder.file("plain", b"tide table"), folder.file("there", b"precious"));
    assert_eq!(code_of(seal(&src, &dst, &kek)), ErrorCode::AlreadyExists);
    assert_eq!(fs::read(&dst).unwrap(), b"precious");
    assert_eq!(code_of(seal(&src, &src, &kek)), ErrorCode::InvalidArgument);
    let file = FileOptions::new().overwrite(true);
    let same = encrypt_file(&src, &src, &[&kek], &EncryptOptions::new(), &file);
    assert_eq!(code_of(same), ErrorCode::InvalidArgument);
    let link = folder.path("link");
    std::os::unix::fs::symlink(&src, &link).unwrap();
    let same = encrypt_file(&src, &link, &[&kek], &EncryptOptions::new(), &file);
    assert_eq!(code_of(same), ErrorCode::InvalidArgument);
    assert_eq!(fs::read(&src).unwrap(), b"tide table");
    assert_eq!(folder.names(), ["link", "plain", "there"]);
}

#[test]
fn each_bad_path_has_its_own_error() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (src, missing) = (folder.file("plain", b"tide table"), folder.path("missing"));
    let directory = folder.0.path();
    let kind = |result: Result<u64, Error>| match result.unwrap_err() {
        Error::Io(error) => error.kind(),
        other => panic!("{other}"),
    };
    assert_eq!(kind(seal(&missing, &folder.path("x"), &kek)), io::ErrorKind::NotFound);
    assert_eq!(kind(seal(directory, &folder.path("x"), &kek)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(seal(&src, directory, &kek)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(seal(&src, &missing.join("x"), &kek)), io::ErrorKind::NotFound);
    assert_eq!(kind(seal(&src, &src.join("x"), &kek)), io::ErrorKind::NotADirectory);
    assert_eq!(kind(open(&missing, &folder.path("x"), &kek)), io::ErrorKind::NotFound);
    assert_eq!(kind(seal(&src, Path::new(""), &kek)), io::ErrorKind::NotFound);
    assert_eq!(kind(seal(&src, Path::new("/"), &kek)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(seal(&src, &folder.path("new/"), &kek)), io::ErrorKind::IsADirectory);
    let rewrap = |path: &Path| rewrap_file(path, &[&kek], &[&kek], RewrapMode::Add);
    assert_eq!(code_of(rewrap(&missing)), ErrorCode::Io);
    assert_eq!(code_of(rewrap(directory)), ErrorCode::Io);
    assert_eq!(code_of(rewrap(&src)), ErrorCode::BadMagic);
    assert_eq!(code_of(inspect_file(&src)), ErrorCode::BadMagic);
    assert_eq!(folder.names(), ["plain"]);
}

#[test]
fn a_modified_envelope_leaves_nothing_behind() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (src, dst) = (folder.file("plain", &bytes(3 << 20)), folder.path("sealed"));
    seal(&src, &dst, &kek).unwrap();
    let sealed = fs::read(&dst).unwrap();
    let header_len = inspect_file(&dst).unwrap().len();
    let chunk = |index: usize| header_len + 56 + index * 16_400;
    let decrypt_modified = |modify: &dyn Fn(&mut Vec<u8>)| {
        let mut modified = sealed.clone();
        modify(&mut modified);
        let src = folder.file("modified", &modified);
        open(&src, &folder.path("back"), &kek).unwrap_err()
    };
    let error = decrypt_modified(&|bytes| {
        bytes[chunk(150)] ^= 1;
        bytes[chunk(7)] ^= 1;
    });
    assert!(matches!(error, Error::Authentication { chunk: 7 }), "the first is named: {error}");
    let error = decrypt_modified(&|bytes| bytes.truncate(chunk(9)));
    assert_eq!(error.code(), ErrorCode::Truncated);
    let error = decrypt_modified(&|bytes| bytes.truncate(chunk(9) - 20));
    assert!(matches!(error, Error::Authentication { chunk: 8 }), "{error}");
    let error = decrypt_modified(&|bytes| bytes.truncate(header_len - 1));
    assert_eq!(error.code(), ErrorCode::Truncated);
    let error = decrypt_modified(&|bytes| bytes[header_len] ^= 1);
    assert_eq!(error.code(), ErrorCode::CommitmentMismatch);
    let error = decrypt_modified(&|bytes| bytes[header_len - 1] ^= 1);
    assert_eq!(error.code(), ErrorCode::HeaderAuthentication);
    assert_eq!(folder.names(), ["modified", "plain", "sealed"]);
}

#[test]
fn progress_counts_up_and_can_cancel() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (src, dst) = (folder.file("plain", &bytes(9 << 20)), folder.path("sealed"));
    let last = AtomicU64::new(0);
    let count = |done, total| {
        assert!(last.swap(done, Ordering::Relaxed) <= done && total == 9 << 20);
        ControlFlow::Continue(())
    };
    let file = FileOptions::new().progress(&count);
    encrypt_file(&src, &dst, &[&kek], &EncryptOptions::new(), &file).unwrap();
    assert_eq!(last.swap(0, Ordering::Relaxed), 9 << 20);
    decrypt_file(&dst, folder.path("back"), &[&kek], &DecryptOptions::new(), &file).unwrap();
    assert_eq!(last.into_inner(), 9 << 20);

    let cancel =
        |done, _| if done > 1 << 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let file = FileOptions::new().progress(&cancel);
    let again = folder.path("again");
    let cancelled = encrypt_file(&src, &again, &[&kek], &EncryptOptions::new(), &file);
    assert_eq!(code_of(cancelled), ErrorCode::Cancelled);
    let cancelled = decrypt_file(&dst, &again, &[&kek], &DecryptOptions::new(), &file);
    assert_eq!(code_of(cancelled), ErrorCode::Cancelled);
    assert_eq!(folder.names(), ["back", "plain", "sealed"]);
}

#[test]
fn permissions_are_those_of_the_replaced_file_and_never_those_of_the_source() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let set = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let src = folder.file("plain", b"tide table");
    let usual = mode(&src);
    set(&src, 0o600);
    let (dst, back) = (folder.path("sealed"), folder.path("back"));
    seal(&src, &dst, &kek).unwrap();
    assert_eq!(mode(&dst), usual, "an envelope is a file like any other");
    set(&dst, 0o666);
    open(&dst, &back, &kek).unwrap();
    assert_eq!(mode(&back), 0o600, "a new plaintext is its owner's");
    let file = FileOptions::new().overwrite(true);
    let unseal = |file| decrypt_file(&dst, &back, &[&kek], &aad(), &file).unwrap();
    set(&back, 0o640);
    unseal(file);
    assert_eq!(mode(&back), 0o640, "a replaced file keeps its permissions");
    unseal(file.mode(0o604));
    assert_eq!(mode(&back), 0o604, "what is asked for is given");
    set(&dst, 0o602);
    encrypt_file(&src, &dst, &[&kek], &EncryptOptions::new(), &file).unwrap();
    assert_eq!(mode(&dst), 0o602);
}

fn aad() -> DecryptOptions<'static> {
    DecryptOptions::new().associated_data(b"aad")
}

#[test]
fn a_pipe_is_encrypted_and_decrypted() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let plaintext = bytes(3_000_000);
    let pipe = folder.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let feed = |content: &[u8]| {
        let (pipe, content) = (pipe.clone(), content.to_vec());
        std::thread::spawn(move || {
            fs::OpenOptions::new().write(true).open(pipe).unwrap().write_all(&content)
        })
    };
    let (dst, back) = (folder.path("sealed"), folder.path("back"));
    let feeder = feed(&plaintext);
    let written = seal(&pipe, &dst, &kek).unwrap();
    feeder.join().unwrap().unwrap();
    let envelope = fs::read(&dst).unwrap();
    assert_eq!(written, envelope.len() as u64);
    assert!(inspect_file(&dst).unwrap().len().is_multiple_of(4_096));
    let feeder = feed(&envelope);
    assert_eq!(open(&pipe, &back, &kek).unwrap(), plaintext.len() as u64);
    feeder.join().unwrap().unwrap();
    assert!(fs::read(&back).unwrap() == plaintext);
    let feeder = feed(&envelope[..envelope.len() - 20_000]);
    let cut = open(&pipe, &folder.path("cut"), &kek);
    assert_eq!(code_of(cut), ErrorCode::Authentication);
    feeder.join().unwrap().unwrap();
    assert_eq!(folder.names(), ["back", "pipe", "sealed"]);
}

#[test]
fn a_file_of_the_kernel_that_claims_to_be_empty_is_read() {
    let (folder, kek) = (Folder::new(), kek("a"));
    if fs::metadata("/proc/version").is_err() {
        println!("skipped: no /proc on this system");
        return;
    }
    let dst = folder.path("sealed");
    seal(Path::new("/proc/version"), &dst, &kek).unwrap();
    open(&dst, &folder.path("back"), &kek).unwrap();
    assert_eq!(fs::read(folder.path("back")).unwrap(), fs::read("/proc/version").unwrap());
}

#[test]
fn a_file_opens_at_any_offset_and_as_a_stream() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let plaintext = bytes(300_000);
    let (src, dst) = (folder.file("plain", &plaintext), folder.path("sealed"));
    seal(&src, &dst, &kek).unwrap();
    let options = DecryptOptions::new().associated_data(b"aad");
    let reader = open_file(&dst, &[&kek], &options).unwrap();
    let mut seek = sealwax::read_at::SeekReader::new(reader);
    seek.seek(SeekFrom::End(-10)).unwrap();
    let mut end = Vec::new();
    seek.read_to_end(&mut end).unwrap();
    assert_eq!(end, plaintext[299_990..]);
    let file = fs::File::open(&dst).unwrap();
    let mut all = Vec::new();
    DecryptReader::new(file, &[&kek], &options).unwrap().read_to_end(&mut all).unwrap();
    assert!(all == plaintext);
}
