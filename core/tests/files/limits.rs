//! Limits of the machine: a full disk, no memory, a source that changes.

use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use sealwax::file::{FileOptions, Sparse, decrypt_file, encrypt_file, rewrap_file};
use sealwax::{DecryptOptions, EncryptOptions, Error, Padding, RewrapMode};

use crate::common::{Folder, bytes, kek};
use crate::whole::{open, seal};

/// A file system of one MiB, where this process may make one.
struct Small(Folder);

impl Small {
    fn mount() -> Option<Self> {
        let folder = Folder::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.0.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: only root may mount a small file system");
        }
        mounted.then(|| Small(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.0.path()).status();
    }
}

fn kind_of<T: std::fmt::Debug>(result: Result<T, Error>) -> io::ErrorKind {
    match result.unwrap_err() {
        Error::Io(error) => error.kind(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    let Some(small) = Small::mount() else { return };
    let (folder, kek) = (Folder::new(), kek("a"));
    let (plain, sealed) = (folder.file("plain", &bytes(3 << 20)), folder.path("sealed"));
    assert_eq!(kind_of(seal(&plain, &small.0.path("sealed"), &kek)), io::ErrorKind::StorageFull);
    seal(&plain, &sealed, &kek).unwrap();
    assert_eq!(kind_of(open(&sealed, &small.0.path("back"), &kek)), io::ErrorKind::StorageFull);
    assert_eq!(small.0.names(), [""; 0]);
}

#[test]
fn a_rewrap_on_a_full_disk_leaves_the_file_as_it_was() {
    let Some(small) = Small::mount() else { return };
    let (folder, old, new) = (Folder::new(), kek("old"), kek("a new name for a key"));
    let plain = folder.file("plain", &bytes(300_000));
    let (in_place, copied) = (small.0.path("in place"), small.0.path("copied"));
    let file = FileOptions::new();
    let options = EncryptOptions::new().padding(Padding::Page);
    encrypt_file(&plain, &in_place, &[&old], &options, &file).unwrap();
    let options = EncryptOptions::new().padding(Padding::None);
    encrypt_file(&plain, &copied, &[&old], &options, &file).unwrap();
    fill(&small.0.path("filler"));
    for path in [&in_place, &copied] {
        let before = fs::read(path).unwrap();
        let result = rewrap_file(path, &[&old], &[&new], RewrapMode::Replace);
        assert_eq!(kind_of(result), io::ErrorKind::StorageFull);
        assert!(fs::read(path).unwrap() == before);
    }
    assert_eq!(small.0.names(), ["copied", "filler", "in place"]);
}

/// Writes until nothing more fits.
fn fill(path: &Path) {
    let mut filler = fs::File::create(path).unwrap();
    while filler.write_all(&[1; 4_096]).is_ok() {}
}

#[test]
fn a_source_that_changes_while_it_is_read_is_an_error() {
    let (folder, kek) = (Folder::new(), kek("a"));
    let len = 9 << 20;
    let sealed = folder.path("sealed");
    let target = folder.path("target");
    for (grow, decrypt) in [(false, false), (true, false), (false, true), (true, true)] {
        let plain = folder.file("plain", &bytes(len));
        let _ = fs::remove_file(&sealed);
        seal(&plain, &sealed, &kek).unwrap();
        let src = if decrypt { &sealed } else { &plain };
        let changed = AtomicBool::new(false);
        let change = |_, _| {
            if !changed.swap(true, Ordering::Relaxed) {
                let mut file = fs::OpenOptions::new().append(true).open(src).unwrap();
                if grow { file.write_all(b"x").unwrap() } else { file.set_len(1_000).unwrap() }
            }
            ControlFlow::Continue(())
        };
        // With one thread the first report comes before the second read, whatever the machine does.
        let file = FileOptions::new().progress(&change).threads(1);
        let result = if decrypt {
            let options = DecryptOptions::new().associated_data(b"aad");
            decrypt_file(src, &target, &[&kek], &options, &file)
        } else {
            encrypt_file(src, &target, &[&kek], &EncryptOptions::new(), &file)
        };
        let expected = if grow { io::ErrorKind::Other } else { io::ErrorKind::UnexpectedEof };
        assert_eq!(kind_of(result), expected, "grow {grow}, decrypt {decrypt}");
    }
    assert_eq!(folder.names(), ["plain", "sealed"]);
}

#[test]
fn a_sparse_file_comes_back_sparse() {
    use std::os::unix::fs::{FileExt, MetadataExt};
    let (folder, kek) = (Folder::new(), kek("a"));
    let (plain, sealed) = (folder.path("plain"), folder.path("sealed"));
    let len = (64 << 20) + 12_345;
    let file = fs::File::create(&plain).unwrap();
    file.set_len(len).unwrap();
    for at in [0, (5 << 20) - 3, 40 << 20, len - 1] {
        file.write_all_at(b"tide table", at.min(len - 10)).unwrap();
    }
    let room = |path: &Path| fs::metadata(path).unwrap().blocks() * 512;
    if room(&plain) > 1 << 20 {
        println!("skipped: this file system has no holes");
        return;
    }
    seal(&plain, &sealed, &kek).unwrap();
    let options = DecryptOptions::new().associated_data(b"aad");
    let modes =
        [(Sparse::Auto, 0..1 << 20), (Sparse::Always, 0..1 << 16), (Sparse::Never, len..u64::MAX)];
    for (sparse, expected) in modes {
        let (back, file) = (folder.path("back"), FileOptions::new().sparse(sparse).overwrite(true));
        decrypt_file(&sealed, &back, &[&kek], &options, &file).unwrap();
        assert!(expected.contains(&room(&back)), "{sparse:?}: {}", room(&back));
        assert!(fs::read(&back).unwrap() == fs::read(&plain).unwrap());
    }
}

/// Tells a child the size in MiB and the folder.
const CHILD: &str = "SEALWAX_TEST_MEMORY";
/// The size of the test in MiB; `cargo xtask test-big` takes 8 GiB.
const SIZE: &str = "SEALWAX_TEST_SPARSE_MIB";
const MOST_KIB: u32 = 32 * 1_024;

/// Not a test of its own: encrypts and decrypts a file without pages, and prints its peak memory.
#[test]
fn memory_child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (mib, folder) = task.split_once(' ').unwrap();
    let (folder, len) = (Path::new(folder), mib.parse::<u64>().unwrap() << 20);
    let (plain, sealed, back) = (folder.join("plain"), folder.join("sealed"), folder.join("back"));
    fs::File::create(&plain).unwrap().set_len(len).unwrap();
    let (kek, file) = (kek("a"), FileOptions::new());
    encrypt_file(&plain, &sealed, &[&kek], &EncryptOptions::new(), &file).unwrap();
    decrypt_file(&sealed, &back, &[&kek], &DecryptOptions::new(), &file).unwrap();
    assert_eq!(fs::metadata(back).unwrap().len(), len);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("peak {}", peak.trim().trim_end_matches(" kB"));
}

#[test]
fn memory_does_not_grow_with_the_file() {
    if fs::metadata("/proc/self/status").is_err() {
        println!("skipped: this system does not tell the peak of memory");
        return;
    }
    let (folder, mib) = (Folder::new(), std::env::var(SIZE).unwrap_or_else(|_| "256".to_owned()));
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["limits::memory_child", "--exact", "--nocapture"]);
    child.env(CHILD, format!("{mib} {}", folder.0.path().display()));
    let output = String::from_utf8(child.output().unwrap().stdout).unwrap();
    let peak = output.lines().find_map(|line| line.split_once("peak ")).expect(&output).1;
    println!("{mib} MiB encrypted and decrypted with {peak} KiB of memory at most");
    assert!(peak.parse::<u32>().unwrap() < MOST_KIB, "{peak} KiB");
}
