//! Targets and sources that are not regular files, processes that end early, names near the limit.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use sealwax::file::{
    FileOptions, FileTarget, RewrapFileOutcome, decrypt_file, encrypt_file, inspect_file,
    open_detached_file, open_file, rewrap_file,
};
use sealwax::{
    DecryptOptions, Dek, EncryptOptions, Error, ErrorCode, Kek, KeyProvider, LocalKek, Padding,
    ProviderCall, ProviderError, RewrapMode, WrappedKey, WrappedKeyRef,
};

use crate::common::{Folder, bytes, code_of, kek};

/// A key that a child has, too.
fn shared_kek() -> LocalKek {
    LocalKek::new(Kek::from_slice(&[5; 32]).unwrap(), "shared").unwrap()
}

fn decrypt(src: &Path, dst: &Path, kek: &LocalKek) -> Result<u64, Error> {
    decrypt_file(src, dst, &[kek], &DecryptOptions::new(), &FileOptions::new())
}

fn encrypt(src: &Path, dst: &Path, kek: &LocalKek) -> Result<u64, Error> {
    encrypt_file(src, dst, &[kek], &EncryptOptions::new(), &FileOptions::new())
}

#[test]
fn a_device_is_written_to_also_by_a_link() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (src, dst, link) = (folder.file("plain", b"tide"), folder.path("x"), folder.path("null"));
    symlink("/dev/null", &link).unwrap();
    let written = encrypt(&src, &link, &kek).unwrap();
    assert_eq!(written, encrypt(&src, &dst, &kek).unwrap(), "the header is not padded");
    assert_eq!(decrypt(&dst, &link, &kek).unwrap(), 4);
    assert_eq!(encrypt(&src, Path::new("/dev/null"), &kek).unwrap(), written);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let full = decrypt(&dst, Path::new("/dev/full"), &kek).unwrap_err();
    assert_eq!(full.raw_os_error(), Some(28), "{full}");
    assert!(encrypt(Path::new("/dev/null"), &folder.path("empty"), &kek).unwrap() > 0);
    assert_eq!(folder.names(), ["empty", "null", "plain", "x"]);
}

/// Opening it would wait for its other end.
#[test]
fn a_pipe_that_would_have_to_be_read_by_offsets_is_not_opened() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let options = DecryptOptions::new();
    let opened = open_file(&pipe, &[&kek], &options).map(drop);
    let detached = open_detached_file(&pipe, b"header", &[&kek], &options).map(drop);
    for refused in [opened, detached, inspect_file(&pipe).map(drop)] {
        let told = "invalid argument: the source is a device or a pipe, not a file";
        assert_eq!(refused.unwrap_err().to_string(), told);
    }
}

/// The system would take it for the path in front of the zero byte, or not at all.
#[test]
fn a_path_with_a_zero_byte_is_refused() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (there, cut) = (folder.file("plain", b"tide"), folder.path("plain\0tail"));
    let refused = [
        encrypt(&cut, &folder.path("new"), &kek).map(drop),
        encrypt(&there, &cut, &kek).map(drop),
        decrypt(&cut, &folder.path("new"), &kek).map(drop),
        inspect_file(&cut).map(drop),
        open_file(&cut, &[&kek], &DecryptOptions::new()).map(drop),
        FileTarget::create(&cut, &FileOptions::new().overwrite(true)).map(drop),
    ];
    for refused in refused {
        let told = "invalid argument: a path has no zero byte in it";
        assert_eq!(refused.unwrap_err().to_string(), told);
    }
    assert_eq!(
        (fs::read(&there).unwrap(), folder.names()),
        (b"tide".to_vec(), vec!["plain".to_owned()])
    );
}

#[test]
fn a_pipe_is_written_to() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let plaintext = bytes(3_000_000);
    let (src, pipe) = (folder.file("plain", &plaintext), folder.path("pipe"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read_all = || {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read(pipe).unwrap())
    };
    let reader = read_all();
    encrypt(&src, &pipe, &kek).unwrap();
    let envelope = reader.join().unwrap();
    let sealed = folder.file("sealed", &envelope);
    let reader = read_all();
    decrypt(&sealed, &pipe, &kek).unwrap();
    assert!(reader.join().unwrap() == plaintext);
    let cut = folder.file("cut", &envelope[..envelope.len() - 20_000]);
    let reader = read_all();
    assert_eq!(code_of(decrypt(&cut, &pipe, &kek)), ErrorCode::Authentication);
    assert_eq!(reader.join().unwrap(), b"", "a file's length is authenticated first");
    assert_eq!(folder.names(), ["cut", "pipe", "plain", "sealed"]);
}

/// Tells a child what to do.
const CHILD: &str = "SEALWAX_TEST_TARGETS";

/// Not a test of its own: what a child does.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (what, folder) = task.split_once(' ').unwrap();
    let path = |name: &str| Path::new(folder).join(name);
    match what {
        "stdout" => {
            decrypt(&path("sealed"), Path::new("/dev/stdout"), &shared_kek()).unwrap();
        }
        "stdin" => {
            encrypt(Path::new("/dev/stdin"), &path("sealed"), &shared_kek()).unwrap();
        }
        "die" => {
            let die = |_, _| -> ControlFlow<()> { std::process::abort() };
            let options = FileOptions::new().progress(&die).overwrite(true);
            let keys: [&dyn KeyProvider; 1] = [&shared_kek()];
            let _ =
                decrypt_file(path("sealed"), path("back"), &keys, &DecryptOptions::new(), &options);
        }
        other => panic!("{other}"),
    }
}

fn start(task: &str, folder: &Folder) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["targets::child", "--exact", "--nocapture"]);
    child.env(CHILD, format!("{task} {}", folder.0.path().display()));
    child
}

const PLAINTEXT: &[u8] = b"high water 06:12, low water 12:30";

fn has_plaintext(bytes: &[u8]) -> bool {
    bytes.windows(PLAINTEXT.len()).any(|window| window == PLAINTEXT)
}

#[test]
fn the_standard_output_is_written_to_whatever_it_is() {
    let folder = Folder::new();
    encrypt(&folder.file("plain", PLAINTEXT), &folder.path("sealed"), &shared_kek()).unwrap();
    assert!(has_plaintext(&start("stdout", &folder).output().unwrap().stdout), "a pipe");

    let log = folder.file("log", b"what is there\n");
    let append = OpenOptions::new().append(true).open(&log).unwrap();
    assert!(start("stdout", &folder).stdout(append).status().unwrap().success());
    let written = fs::read(&log).unwrap();
    assert!(has_plaintext(&written) && written.starts_with(b"what is there\n"), "a file");

    let (mut ours, theirs) = UnixStream::pair().unwrap();
    assert!(start("stdout", &folder).stdout(OwnedFd::from(theirs)).status().unwrap().success());
    let mut written = Vec::new();
    ours.read_to_end(&mut written).unwrap();
    assert!(has_plaintext(&written), "a socket");
    assert_eq!(folder.names(), ["log", "plain", "sealed"]);
}

#[test]
fn the_standard_input_is_read_whatever_it_is() {
    let folder = Folder::new();
    let (sealed, back) = (folder.path("sealed"), folder.path("back"));
    let check = |input: Stdio, expected: &[u8]| {
        let output = start("stdin", &folder).stdin(input).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        decrypt(&sealed, &back, &shared_kek()).unwrap();
        assert_eq!(fs::read(&back).unwrap(), expected);
        fs::remove_file(&back).unwrap();
        fs::remove_file(&sealed).unwrap();
    };
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    ours.write_all(PLAINTEXT).unwrap();
    drop(ours);
    check(OwnedFd::from(theirs).into(), PLAINTEXT);
    let plain = folder.file("plain", PLAINTEXT);
    check(File::open(&plain).unwrap().into(), PLAINTEXT);
    let mut in_part = File::open(&plain).unwrap();
    in_part.seek(SeekFrom::Start(11)).unwrap();
    check(in_part.into(), &PLAINTEXT[11..]);
}

#[test]
fn a_process_that_is_killed_leaves_nothing_behind() {
    let folder = Folder::new();
    let plain = folder.file("plain", &bytes(5 << 20));
    encrypt(&plain, &folder.path("sealed"), &shared_kek()).unwrap();
    folder.file("back", b"precious");
    let target = FileTarget::create(folder.path("probe"), &FileOptions::new()).unwrap();
    if folder.names().len() > 3 {
        println!("skipped: no files without names on this file system");
        return;
    }
    drop(target);
    let killed = start("die", &folder).output().unwrap();
    assert_eq!(killed.status.signal(), Some(6));
    assert_eq!(folder.names(), ["back", "plain", "sealed"]);
    assert_eq!(fs::read(folder.path("back")).unwrap(), b"precious");
}

/// A key service that must not be asked.
struct Never;

impl KeyProvider for Never {
    fn provider_id(&self) -> &'static str {
        "local"
    }

    fn accepts(&self, _key_id: &str) -> bool {
        panic!("a target that cannot be written must be noticed before")
    }

    fn wrap(&self, _dek: &Dek, _: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        panic!("a target that cannot be written must be noticed before")
    }

    fn unwrap(&self, _: WrappedKeyRef<'_>, _: &mut ProviderCall<'_>) -> Result<Dek, ProviderError> {
        panic!("a target that cannot be written must be noticed before")
    }
}

#[test]
fn a_target_that_cannot_be_written_costs_no_call() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let (plain, sealed) = (folder.file("plain", b"tide"), folder.path("sealed"));
    encrypt(&plain, &sealed, &kek).unwrap();
    let missing = folder.path("missing").join("x");
    let (file, encryption) = (FileOptions::new(), EncryptOptions::new());
    let error = encrypt_file(&plain, &missing, &[&Never], &encryption, &file).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(2), "{error}");
    let options = DecryptOptions::new();
    let error = decrypt_file(&sealed, &missing, &[&Never], &options, &file).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(2), "{error}");
    assert_eq!(
        code_of(encrypt_file(&plain, &sealed, &[&Never], &encryption, &file)),
        ErrorCode::AlreadyExists
    );
}

#[test]
fn files_of_the_kernel_that_claim_to_be_a_page_long_are_read() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let src = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
    let Ok(content) = fs::read(src) else {
        println!("skipped: no /sys on this system");
        return;
    };
    let (sealed, back) = (folder.path("sealed"), folder.path("back"));
    encrypt(src, &sealed, &kek).unwrap();
    decrypt(&sealed, &back, &kek).unwrap();
    assert_eq!(fs::read(&back).unwrap(), content);
}

/// Names of up to 255 bytes, of one, two and four bytes a character.
fn long_names() -> Vec<String> {
    let fill = |character: char, len: usize| -> String {
        let whole = len / character.len_utf8();
        let rest = "x".repeat(len % character.len_utf8());
        character.to_string().repeat(whole) + &rest
    };
    let lens = [239, 240, 254, 255];
    lens.iter().flat_map(|len| ['a', 'é', '𝄞'].map(|character| fill(character, *len))).collect()
}

#[test]
fn names_near_the_limit_are_as_good_as_others() {
    let (folder, old, new) = (Folder::new(), kek("old"), kek("new"));
    let plain = folder.file("plain", &bytes(50_000));
    for name in long_names() {
        let sealed = folder.path(&name);
        let options = EncryptOptions::new().padding(Padding::Exact(512));
        encrypt_file(&plain, &sealed, &[&old], &options, &FileOptions::new()).unwrap();
        let outcome = rewrap_file(&sealed, &[&old], &[&new], RewrapMode::Replace).unwrap();
        assert_eq!(outcome, RewrapFileOutcome::InPlace);
        fs::remove_file(&plain).unwrap();
        decrypt(&sealed, &plain, &new).unwrap();
        fs::remove_file(&sealed).unwrap();
        assert_eq!(folder.names(), ["plain"]);
        fs::rename(&plain, folder.path(&name)).unwrap();
        encrypt(&folder.path(&name), &folder.path("sealed"), &old).unwrap();
        fs::remove_file(folder.path("sealed")).unwrap();
        fs::rename(folder.path(&name), &plain).unwrap();
    }
}

#[test]
fn a_target_is_written_like_a_file() {
    let folder = Folder::new();
    let path = folder.path("backup.key");
    let mut target = FileTarget::create(&path, &FileOptions::new().mode(0o600)).unwrap();
    assert!(!target.is_straight());
    target.write_all(b"tide table").unwrap();
    target.seek(SeekFrom::Start(5)).unwrap();
    target.write_all(b"T").unwrap();
    target.flush().unwrap();
    assert!(!path.exists());
    target.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"tide Table");
    let exists = FileTarget::create(&path, &FileOptions::new());
    assert_eq!(code_of(exists), ErrorCode::AlreadyExists);
    let straight = FileTarget::create("/dev/null", &FileOptions::new()).unwrap();
    assert!(straight.is_straight());
    straight.commit().unwrap();
    drop(FileTarget::create(folder.path("dropped"), &FileOptions::new()).unwrap());
    assert_eq!(folder.names(), ["backup.key"]);
}

#[test]
fn a_full_pipe_that_does_not_block_is_waited_for() {
    let folder = Folder::new();
    let plaintext = bytes(300_000);
    let plain = folder.file("plain", &plaintext);
    encrypt(&plain, &folder.path("sealed"), &shared_kek()).unwrap();
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let mut child = start("stdout", &folder).stdout(OwnedFd::from(theirs)).spawn().unwrap();
    let mut written = Vec::new();
    ours.read_to_end(&mut written).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(written.windows(plaintext.len()).any(|window| window == plaintext));
}
