//! `Read` and `Write` adapters, with readers and writers that transfer few bytes.

use std::io::{self, Read, Write};

use proptest::prelude::*;
use sealwax::io::{DecryptReader, EncryptReader, EncryptWriter};
use sealwax::{
    DecryptOptions, Decryptor, Dek, EncryptOptions, Encryptor, ErrorCode, Header, SysRng, decrypt,
};

use crate::common::{bytes, code_of, kek};

/// Gives and takes at most some bytes at once, and is interrupted in between.
struct Dribble<T> {
    inner: T,
    most: usize,
    interrupt: bool,
}

impl<T> Dribble<T> {
    fn new(inner: T, most: usize) -> Self {
        Dribble { inner, most, interrupt: false }
    }

    fn turn(&mut self) -> io::Result<()> {
        self.interrupt = !self.interrupt;
        if self.interrupt { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

impl<R: Read> Read for Dribble<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.turn()?;
        let most = self.most.min(buf.len());
        self.inner.read(&mut buf[..most])
    }
}

impl<W: Write> Write for Dribble<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.turn()?;
        self.inner.write(&buf[..self.most.min(buf.len())])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Reads to the end in pieces of this size.
fn read_all(mut reader: impl Read, piece: usize) -> io::Result<Vec<u8>> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; piece]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(all),
            Ok(read) => all.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn code_of_io<T: std::fmt::Debug>(result: io::Result<T>) -> ErrorCode {
    sealwax::Error::from(result.unwrap_err()).code()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_pieces_give_the_same(
        len in 0_usize..70_000,
        inner in prop_oneof![Just(1_usize), 1_usize..40_000],
        outer in prop_oneof![Just(1_usize), 1_usize..40_000],
    ) {
        let (kek, plaintext) = (kek("a"), bytes(len));
        let options = EncryptOptions::new().associated_data(b"aad").metadata(b"m");
        let mut writer =
            EncryptWriter::new(Dribble::new(Vec::new(), inner), &[&kek], &options).unwrap();
        for piece in plaintext.chunks(outer) {
            writer.write_all(piece).unwrap();
        }
        let written = writer.finish().unwrap().inner;
        let reader = Dribble::new(&plaintext[..], inner);
        let read = read_all(EncryptReader::new(reader, &[&kek], &options).unwrap(), outer).unwrap();
        let options = DecryptOptions::new().associated_data(b"aad");
        for envelope in [written, read] {
            let reader = Dribble::new(&envelope[..], inner);
            let reader = DecryptReader::new(reader, &[&kek], &options).unwrap();
            let metadata = reader.metadata().unwrap().unwrap();
            prop_assert_eq!(metadata.as_slice(), b"m");
            prop_assert!(read_all(reader, outer).unwrap() == plaintext);
        }
    }
}

/// Whether the header has room for a rewrap in place.
fn is_padded(envelope: &[u8]) -> bool {
    let (header, _) = Header::split(envelope).unwrap();
    assert_eq!(header.header_len() % 4_096 == 0, header.padding_len() > 0);
    header.padding_len() > 0
}

/// as if the length had been known, where the end comes within the first MiB.
#[test]
fn a_short_message_of_unknown_length_has_no_padding() {
    let (kek, options) = (kek("a"), EncryptOptions::new());
    for len in [0, 1, 16_383, 16_384, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20] {
        let plaintext = bytes(len);
        let mut writer = EncryptWriter::new(Vec::new(), &[&kek], &options).unwrap();
        writer.write_all(&plaintext).unwrap();
        let written = writer.finish().unwrap();
        let reader = EncryptReader::new(&plaintext[..], &[&kek], &options).unwrap();
        for envelope in [written, read_all(reader, 50_000).unwrap()] {
            assert_eq!(is_padded(&envelope), len >= 1 << 20, "{len} bytes");
            assert!(decrypt(&envelope, &[&kek], &DecryptOptions::new()).unwrap() == plaintext);
        }
    }
}

/// A live pipe can be passed on: what a flush lets out can be opened.
#[test]
fn a_flush_lets_whole_chunks_out() {
    let (kek, options) = (kek("a"), EncryptOptions::new());
    let mut envelope = Vec::new();
    let mut writer = EncryptWriter::new(&mut envelope, &[&kek], &options).unwrap();
    writer.write_all(&bytes(16_383)).unwrap();
    writer.flush().unwrap();
    drop(writer);
    assert!(envelope.is_empty(), "there is no whole chunk, so nothing that could be opened");
    let mut writer = EncryptWriter::new(&mut envelope, &[&kek], &options).unwrap();
    writer.write_all(&bytes(40_000)).unwrap();
    writer.flush().unwrap();
    drop(writer);
    assert!(is_padded(&envelope));
    let mut plaintext = vec![0; 32_768];
    let mut reader = DecryptReader::new(&envelope[..], &[&kek], &DecryptOptions::new()).unwrap();
    reader.read_exact(&mut plaintext).unwrap();
    assert!(plaintext == bytes(32_768));
}

#[test]
fn a_writer_that_is_dropped_leaves_a_truncated_envelope() {
    let (kek, mut envelope) = (kek("a"), Vec::new());
    let mut writer = EncryptWriter::new(&mut envelope, &[&kek], &EncryptOptions::new()).unwrap();
    writer.write_all(&bytes(40_000)).unwrap();
    writer.flush().unwrap();
    drop(writer);
    let mut reader = DecryptReader::new(&envelope[..], &[&kek], &DecryptOptions::new()).unwrap();
    let mut plaintext = Vec::new();
    let error = reader.read_to_end(&mut plaintext).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(code_of_io(Err::<(), _>(error)), ErrorCode::Truncated);
    assert!(plaintext == bytes(32_768), "whole chunks only, and authentic");
    assert_eq!(code_of_io(reader.read(&mut [0])), ErrorCode::Truncated, "it stays failed");
}

/// Takes some bytes, then fails.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = buf.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_failed_stays_failed() {
    let kek = kek("a");
    let mut writer = EncryptWriter::new(Full(30_000), &[&kek], &EncryptOptions::new()).unwrap();
    let error = writer.write_all(&bytes(2 << 20)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(code_of_io(writer.write(b"x")), ErrorCode::InvalidState);
    assert_eq!(code_of(writer.finish()), ErrorCode::InvalidState);
}

/// Gives some bytes, fails once, goes on.
struct Hiccup<'a>(&'a [u8], bool);

impl Read for Hiccup<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.1 && self.0.len() < 50_000 {
            self.1 = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let len = buf.len().min(10_000);
        self.0.read(&mut buf[..len])
    }
}

#[test]
fn a_read_error_of_the_inner_reader_loses_nothing() {
    let (kek, plaintext) = (kek("a"), bytes(100_000));
    let reader = EncryptReader::new(Hiccup(&plaintext, false), &[&kek], &EncryptOptions::new());
    let (mut reader, mut envelope) = (reader.unwrap(), Vec::new());
    let error = reader.read_to_end(&mut envelope).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    reader.read_to_end(&mut envelope).unwrap();
    let reader = DecryptReader::new(Hiccup(&envelope, false), &[&kek], &DecryptOptions::new());
    let (mut reader, mut back) = (reader.unwrap(), Vec::new());
    let error = reader.read_to_end(&mut back).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    reader.read_to_end(&mut back).unwrap();
    assert!(back == plaintext);
}

#[test]
fn a_detached_header_goes_through_the_state_machines() {
    let dek = Dek::generate(&mut SysRng).unwrap();
    let kek = kek("a");
    let mut encryptor = Encryptor::new(&dek, &EncryptOptions::new(), &mut SysRng).unwrap();
    let without_key = EncryptReader::from_encryptor(
        &b"x"[..],
        Encryptor::new(&dek, &EncryptOptions::new(), &mut SysRng).unwrap(),
    );
    assert_eq!(code_of_io(read_all(without_key, 9)), ErrorCode::InvalidState);
    for key in sealwax::wrap_dek(&dek, &[&kek], encryptor.context()).unwrap() {
        encryptor.add_wrapped_key(key).unwrap();
    }
    let header = encryptor.detach_header().unwrap();
    let body = read_all(EncryptReader::from_encryptor(&b"tide table"[..], encryptor), 9).unwrap();
    assert_eq!(body.len(), 72 + 10);
    let mut decryptor = Decryptor::with_header(&header, &DecryptOptions::new()).unwrap();
    decryptor.unwrap_with(&[&kek]).unwrap();
    let reader = DecryptReader::from_decryptor(&body[..], decryptor);
    assert_eq!(reader.header().unwrap().as_bytes(), header);
    assert_eq!(read_all(reader, 3).unwrap(), b"tide table");
}

#[test]
fn bad_envelopes_fail_at_the_header() {
    let (kek, other) = (kek("a"), kek("b"));
    let envelope = sealwax::encrypt(b"tide table", &[&kek], &EncryptOptions::new()).unwrap();
    let open =
        |bytes: &[u8], kek| code_of(DecryptReader::new(bytes, &[kek], &DecryptOptions::new()));
    assert_eq!(open(b"", &kek), ErrorCode::Truncated);
    assert_eq!(open(b"SEAL", &kek), ErrorCode::Truncated);
    assert_eq!(open(b"seal", &kek), ErrorCode::BadMagic);
    assert_eq!(open(&envelope[..100], &kek), ErrorCode::Truncated);
    assert_eq!(open(&envelope, &other), ErrorCode::NoMatchingKey);
}
