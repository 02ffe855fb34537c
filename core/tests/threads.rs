//! A process that cannot start threads does its work on the existing ones.
//!
//! The limit is real: the test starts itself again as a user who may have only one thread.
#![cfg(all(target_os = "linux", feature = "std"))]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread::Builder;

use sealwax::parallel::{decrypt_into, encrypt_into};
use sealwax::{
    ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, ErrorCode, Kek, LocalKek, SysRng,
    generate_dek,
};

const CHILD: &str = "SEALWAX_TEST_ONE_THREAD";

#[test]
fn without_more_threads_the_calling_one_does_all() {
    if std::env::var_os(CHILD).is_some() {
        return one_thread();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    // The user of the limit may not read where the tests are built.
    let program = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let mut child = Command::new("prlimit");
    child.arg("--nproc=1:1").arg(&program).args(["--exact", "--nocapture", "--test-threads=1"]);
    child.arg("without_more_threads_the_calling_one_does_all");
    child.env(CHILD, "1").current_dir("/");
    if is_root() {
        child.uid(61_234); // the limit does not bind root
    }
    let output = child.output().expect("prlimit of util-linux");
    let (out, err) = (&output.stdout, &output.stderr);
    let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    assert!(output.status.success() && out.contains("it did all"), "{out}\n{err}");
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

fn one_thread() {
    assert!(Builder::new().spawn(|| ()).is_err(), "the limit binds");
    let kek = LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "test").unwrap();
    let (dek, keys) = generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng).unwrap();
    let options = EncryptOptions::new();
    let sealing = EncryptHandle::new(&dek, &keys, &options, &mut SysRng).unwrap();
    let opening = DecryptHandle::new(sealing.header(), dek).unwrap();
    let plaintext: Vec<u8> = (0..=250).cycle().take(3 << 20).collect();
    let len = usize::try_from(sealing.sealed_len(3 << 20).unwrap()).unwrap();
    let mut sealed = vec![0; len];
    encrypt_into(&sealing, &plaintext, b"", &mut sealed, 8).unwrap();
    let mut out = vec![7; plaintext.len()];
    decrypt_into(&opening, &sealed, b"", &mut out, 8).unwrap();
    assert!(out == plaintext);
    *sealed.last_mut().unwrap() ^= 1;
    let error = decrypt_into(&opening, &sealed, b"", &mut out, 8).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Authentication);
    assert!(out.iter().all(|byte| *byte == 0), "plaintext was left");
    println!("it did all");
}
