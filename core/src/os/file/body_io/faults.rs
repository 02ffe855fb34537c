//! Sources and targets that misbehave.

use std::io::{self, ErrorKind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const LEN: usize = 5 * (1 << 20) + 4_321;

/// Reads little at a time, is interrupted, and fails for good at an offset.
struct Source {
    bytes: Vec<u8>,
    calls: AtomicU64,
    most: usize,
    broken_from: u64,
}

impl Source {
    fn new(bytes: Vec<u8>, most: usize, broken_from: u64) -> Self {
        Source { bytes, calls: AtomicU64::new(0), most, broken_from }
    }
}

impl ReadAt for Source {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call.is_multiple_of(3) {
            return Err(ErrorKind::Interrupted.into());
        }
        if offset + buf.len() as u64 > self.broken_from {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let len = buf.len().min(self.most);
        self.bytes.read_at(&mut buf[..len], offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
}

/// Holds what is written, up to a size.
struct Target {
    bytes: Mutex<Vec<u8>>,
    room: u64,
}

impl Target {
    fn new(room: u64) -> Self {
        Target { bytes: Mutex::new(Vec::new()), room }
    }

    fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_inner().unwrap()
    }
}

impl WriteAt for Target {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let end = offset + bytes.len() as u64;
        if end > self.room {
            return Err(ErrorKind::StorageFull.into());
        }
        let (start, end) = (usize::try_from(offset).unwrap(), usize::try_from(end).unwrap());
        let mut held = self.bytes.lock().unwrap();
        let len = held.len().max(end);
        held.resize(len, 0);
        held[start..end].copy_from_slice(bytes);
        Ok(())
    }
}

fn cipher() -> Cipher {
    Cipher::raw(&[1; 32], &[2; 12])
}

fn plaintext() -> Vec<u8> {
    (0..LEN).map(|i| i.to_le_bytes()[0] ^ i.to_le_bytes()[1]).collect()
}

fn seal(source: &Source, target: &Target, threads: usize) -> Result<()> {
    let file = FileOptions::new().threads(threads);
    Body::new(&cipher(), 0, LEN as u64, &file).seal(source, target)
}

fn open(source: &Source, target: &Target, threads: usize) -> Result<()> {
    let file = FileOptions::new().threads(threads);
    Body::new(&cipher(), 0, LEN as u64, &file).open(source, target)
}

fn sealed() -> Vec<u8> {
    let target = Target::new(u64::MAX);
    seal(&Source::new(plaintext(), usize::MAX, u64::MAX), &target, 1).unwrap();
    target.into_bytes()
}

fn kind_of(result: Result<()>) -> ErrorKind {
    match result.unwrap_err() {
        Error::Io(error) => error.kind(),
        other => panic!("{other}"),
    }
}

#[test]
fn short_and_interrupted_reads_change_nothing() {
    let expected = sealed();
    for (threads, most) in [(1, 1_000), (2, 4_097), (3, 100_000)] {
        let target = Target::new(u64::MAX);
        seal(&Source::new(plaintext(), most, u64::MAX), &target, threads).unwrap();
        assert!(target.into_bytes() == expected);
        let target = Target::new(u64::MAX);
        open(&Source::new(expected.clone(), most, u64::MAX), &target, threads).unwrap();
        assert!(target.into_bytes() == plaintext());
    }
}

#[test]
fn an_error_in_the_middle_ends_it() {
    let sealed = sealed();
    for threads in [1, 2] {
        for at in [0, 3 << 20, LEN as u64 - 1] {
            let broken = |bytes: Vec<u8>| Source::new(bytes, usize::MAX, at);
            let target = Target::new(u64::MAX);
            let result = seal(&broken(plaintext()), &target, threads);
            assert_eq!(kind_of(result), ErrorKind::BrokenPipe);
            let result = open(&broken(sealed.clone()), &target, threads);
            assert_eq!(kind_of(result), ErrorKind::BrokenPipe);
            let full = Target::new(at);
            let whole = |bytes: Vec<u8>| Source::new(bytes, usize::MAX, u64::MAX);
            let result = seal(&whole(plaintext()), &full, threads);
            assert_eq!(kind_of(result), ErrorKind::StorageFull);
            let result = open(&whole(sealed.clone()), &full, threads);
            assert_eq!(kind_of(result), ErrorKind::StorageFull);
        }
    }
}

#[test]
fn a_source_that_ends_early_is_an_error() {
    let (mut short, mut short_sealed) = (plaintext(), sealed());
    short.truncate(LEN - 1);
    short_sealed.truncate(1 << 20);
    for threads in [1, 2] {
        let target = Target::new(u64::MAX);
        let result = seal(&Source::new(short.clone(), 50_000, u64::MAX), &target, threads);
        assert_eq!(kind_of(result), ErrorKind::UnexpectedEof);
        let result = open(&Source::new(short_sealed.clone(), 50_000, u64::MAX), &target, threads);
        assert_eq!(kind_of(result), ErrorKind::UnexpectedEof);
    }
}
