//! Erasure of secrets: the test searches its own process's memory for them.
//!
//! It is the only test in its process, so that no other thread changes memory during the search.
//! The test keeps the secrets masked, so that it does not find its own copies.
#![cfg(all(target_os = "linux", feature = "std"))]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::mpsc;
use std::thread;

use sealwax::io::{DecryptReader, EncryptWriter};
use sealwax::{
    DecryptHandle, DecryptOptions, Dek, EncryptHandle, EncryptOptions, Header, Kek, LocalKek,
    SysRng, decrypt, encrypt, generate_dek, rewrap,
};
use zeroize::Zeroizing;

const MASK: u8 = 0xa7;
const LEN: usize = 32;

/// 32 secret bytes, masked.
struct Masked([u8; LEN]);

impl Masked {
    fn of(secret: &[u8]) -> Self {
        let mut masked = [0; LEN];
        for (slot, byte) in masked.iter_mut().zip(secret) {
            *slot = byte ^ MASK;
        }
        Masked(masked)
    }

    fn random() -> Self {
        Masked(*Dek::generate(&mut SysRng).unwrap().expose())
    }

    fn secret(&self) -> Zeroizing<Vec<u8>> {
        let mut secret = Zeroizing::new(Vec::with_capacity(LEN));
        secret.extend(self.0.iter().map(|byte| byte ^ MASK));
        secret
    }

    /// How often the secret is in the writable memory of this process, and where.
    fn found(&self) -> Vec<String> {
        let memory = File::open("/proc/self/mem").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut block = vec![0; 1 << 16];
        let mut found = Vec::new();
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let address = |digits| u64::from_str_radix(digits, 16).unwrap();
            let (mut at, end) = (address(start), address(end));
            while at < end {
                let Ok(read) = memory.read_at(&mut block, at) else { break };
                if read < LEN {
                    break;
                }
                let hits = block[..read].windows(LEN).filter(|window| self.is(window)).count();
                found.extend((0..hits).map(|_| line.to_owned()));
                at += (read - LEN + 1) as u64;
            }
        }
        found
    }

    fn is(&self, window: &[u8]) -> bool {
        window[0] ^ MASK == self.0[0]
            && window.iter().zip(&self.0).all(|(byte, masked)| byte ^ MASK == *masked)
    }
}

fn kek() -> LocalKek {
    LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "test").unwrap()
}

/// Everything that a DEK goes through; returns it masked.
#[inline(never)]
fn use_a_dek(kek: &LocalKek) -> Masked {
    let options = EncryptOptions::new().metadata(b"m");
    let envelope = encrypt(b"tide table", &[kek], &options).unwrap();
    assert_eq!(decrypt(&envelope, &[kek], &DecryptOptions::new()).unwrap(), b"tide table");
    let envelope = rewrap(&envelope, &[kek], &[kek], sealwax::RewrapMode::Add).unwrap();
    let (header, body) = Header::split(&envelope).unwrap();
    let handle = DecryptHandle::open(header.as_bytes(), &[kek], &DecryptOptions::new()).unwrap();
    let moved = black_box([handle]);
    let [handle] = moved;
    assert_eq!(handle.decrypt_body(body, b"").unwrap(), b"tide table");
    assert_eq!(handle.metadata().unwrap().unwrap().as_slice(), b"m");
    Masked::of(handle.dek().expose())
}

#[inline(never)]
fn make_a_dek(kek: &LocalKek) -> Masked {
    let (dek, keys) = generate_dek(&[kek], sealwax::ContextRef::EMPTY, &mut SysRng).unwrap();
    let handle = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng).unwrap();
    let handle = black_box(handle);
    handle.encrypt(b"x", b"", &mut SysRng).unwrap();
    Masked::of(black_box(dek).expose())
}

#[inline(never)]
fn use_a_kek() -> Masked {
    let kek = black_box(kek());
    use_a_dek(&kek);
    Masked::of(kek.kek().expose())
}

/// A key pair encrypts, decrypts, is stored as text and read again.
#[cfg(feature = "hpke")]
#[inline(never)]
fn use_a_key_pair(kem: sealwax::HpkeKem) -> Masked {
    let text = sealwax::HpkeIdentity::generate(kem, &mut SysRng).unwrap().to_text();
    let identity = black_box(sealwax::HpkeIdentity::from_text(&text).unwrap());
    let sealed = encrypt(b"x", &[identity.recipient()], &EncryptOptions::new()).unwrap();
    black_box(decrypt(&sealed, &[&identity], &DecryptOptions::new()).unwrap());
    Masked::of(identity.secret().expose())
}

/// The data key that it unwraps.
#[cfg(feature = "hpke")]
#[inline(never)]
fn unwrap_by_a_key_pair(kem: sealwax::HpkeKem) -> Masked {
    let identity = sealwax::HpkeIdentity::generate(kem, &mut SysRng).unwrap();
    let sealed = encrypt(b"x", &[identity.recipient()], &EncryptOptions::new()).unwrap();
    let header = Header::split(&sealed).unwrap().0.as_bytes();
    let handle = DecryptHandle::open(header, &[&identity], &DecryptOptions::new()).unwrap();
    Masked::of(black_box(&handle).dek().expose())
}

/// What key pairs left.
#[cfg(feature = "hpke")]
fn left_by_key_pairs() -> Vec<String> {
    let of = |kem: &sealwax::HpkeKem| {
        let mut left = left_by("a secret key", || (use_a_key_pair(*kem), None));
        left.extend(left_by("the DEK of a recipient", || (unwrap_by_a_key_pair(*kem), None)));
        left
    };
    sealwax::HpkeKem::ALL.iter().flat_map(of).collect()
}

#[cfg(not(feature = "hpke"))]
const fn left_by_key_pairs() -> Vec<String> {
    Vec::new()
}

/// Plaintext waits in the buffers of a writer and of a reader that are given up.
#[inline(never)]
fn give_up_streams(kek: &LocalKek) -> Masked {
    let plaintext = Masked::random();
    let (options, secret) = (EncryptOptions::new(), plaintext.secret());
    let mut writer = EncryptWriter::new(Vec::new(), &[kek], &options).unwrap();
    writer.write_all(&secret).unwrap();
    drop(writer);
    let sealed = encrypt(&secret, &[kek], &options).unwrap();
    let mut reader = DecryptReader::new(&sealed[..], &[kek], &DecryptOptions::new()).unwrap();
    let mut first = Zeroizing::new([0]);
    reader.read_exact(first.as_mut_slice()).unwrap();
    assert_eq!(first[0], secret[0]);
    plaintext
}

/// The same where the state machine fails and lives on.
#[inline(never)]
fn fail_a_stream(kek: &LocalKek) -> (Masked, Living) {
    let plaintext = Masked::random();
    let secret = plaintext.secret();
    let mut sealed = encrypt(&secret, &[kek], &EncryptOptions::new()).unwrap();
    *sealed.last_mut().unwrap() ^= 1;
    let sealed = std::io::Cursor::new(sealed);
    let mut reader = DecryptReader::new(sealed, &[kek], &DecryptOptions::new()).unwrap();
    assert!(reader.read_exact(&mut [0]).is_err());
    (plaintext, Some(reader))
}

#[test]
fn no_secret_stays_in_memory() {
    let kek = kek();
    let living = Masked::of(kek.kek().expose());
    assert!(!living.found().is_empty(), "what is there is found");

    let left = [
        left_by("the DEK of a reader", || (use_a_dek(&kek), None)),
        left_by("the DEK of a writer", || (make_a_dek(&kek), None)),
        left_by("a local key", || (use_a_kek(), None)),
        left_by("the plaintext of a stream", || (give_up_streams(&kek), None)),
        left_by("the plaintext of a stream that failed", || fail_a_stream(&kek)),
        left_by_key_pairs(),
    ];
    let left = left.concat();
    assert!(left.is_empty(), "{left:#?}");
}

/// A reader that is still there while its memory is looked at.
type Living = Option<DecryptReader<std::io::Cursor<Vec<u8>>>>;

/// Where the secret of some work still is. It is done on a thread that then waits, so that what it
/// left on its stack is not written over by the search.
fn left_by(what: &str, work: impl FnOnce() -> (Masked, Living) + Send) -> Vec<String> {
    let (sender, secret) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let (masked, _living) = work();
            sender.send(masked).unwrap();
            let _ = ended.recv();
        });
        let found = secret.recv().unwrap().found();
        drop(end);
        found.into_iter().map(|place| format!("{what}: {place}")).collect()
    })
}
