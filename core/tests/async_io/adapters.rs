//! Readers and writers over streams that are slow, fail, or are dropped.

use std::io::{ErrorKind, Read as _, Write as _};
use std::task::Poll;

use futures_util::io::{AsyncReadExt as _, AsyncWriteExt as _};
use sealwax::async_io::{DecryptReader, EncryptReader, EncryptWriter};
use sealwax::{DecryptOptions, EncryptOptions, Error, Header, decrypt, encrypt, io};

use crate::slow::{SlowReader, SlowWriter};
use crate::{block_on, bytes, kek, once};

/// Around the lengths of a chunk, of the buffers, and of where headers get padding.
const LENGTHS: [usize; 9] =
    [0, 1, 16_383, 16_384, 16_385, 100_000, (1 << 18) + 1, (1 << 20) - 1, (1 << 20) + 5];

fn plaintext_of(envelope: &[u8]) -> Vec<u8> {
    decrypt(envelope, &[&kek("a")], &DecryptOptions::new()).unwrap()
}

/// As long as what the blocking writer makes: header, padding and body.
fn check(envelope: &[u8], plaintext: &[u8]) {
    assert!(plaintext_of(envelope) == plaintext);
    let mut blocking =
        io::EncryptWriter::new(Vec::new(), &[&kek("a")], &EncryptOptions::new()).unwrap();
    blocking.write_all(plaintext).unwrap();
    assert_eq!(envelope.len(), blocking.finish().unwrap().len());
}

#[test]
fn a_writer_makes_what_others_open() {
    for len in LENGTHS {
        for most in [977, 1 << 20] {
            let plaintext = bytes(len);
            let envelope = block_on(async {
                let inner = SlowWriter::new(most);
                let mut writer =
                    EncryptWriter::new(inner, &[&kek("a")], &EncryptOptions::new()).await.unwrap();
                writer.write_all(&plaintext).await.unwrap();
                let inner = writer.finish().await.unwrap();
                assert!(!inner.is_closed);
                inner.bytes
            });
            check(&envelope, &plaintext);
        }
    }
}

#[test]
fn a_reader_makes_what_others_open() {
    for len in LENGTHS {
        for most in [977, 1 << 20] {
            let plaintext = bytes(len);
            let envelope = block_on(async {
                let inner = SlowReader::new(&plaintext, most);
                let mut reader =
                    EncryptReader::new(inner, &[&kek("a")], &EncryptOptions::new()).await.unwrap();
                let mut envelope = Vec::new();
                reader.read_to_end(&mut envelope).await.unwrap();
                envelope
            });
            check(&envelope, &plaintext);
        }
    }
}

#[test]
fn a_reader_opens_what_others_make() {
    for len in LENGTHS {
        let plaintext = bytes(len);
        let options = EncryptOptions::new().metadata(b"tides.csv");
        let envelope = encrypt(&plaintext, &[&kek("a")], &options).unwrap();
        for most in [61, 1 << 20] {
            block_on(async {
                let inner = SlowReader::new(&envelope, most);
                let mut reader =
                    DecryptReader::new(inner, &[&kek("a")], &DecryptOptions::new()).await.unwrap();
                assert_eq!(reader.metadata().unwrap().unwrap().as_slice(), b"tides.csv");
                assert!(envelope.starts_with(reader.header().unwrap().as_bytes()));
                let mut opened = Vec::new();
                reader.read_to_end(&mut opened).await.unwrap();
                assert!(opened == plaintext);
            });
        }
    }
}

/// Whoever waits for one of several things drops the futures of the others.
#[test]
fn a_future_that_is_dropped_loses_nothing_and_repeats_nothing() {
    let plaintext = bytes(300_000);
    let options = EncryptOptions::new();
    let inner = SlowWriter::new(5_000);
    let mut writer = block_on(EncryptWriter::new(inner, &[&kek("a")], &options)).unwrap();
    let (mut taken, mut dropped) = (0, 0);
    while taken < plaintext.len() {
        match once(writer.write(&plaintext[taken..])) {
            Poll::Ready(written) => taken += written.unwrap(),
            Poll::Pending => dropped += 1,
        }
        if once(writer.flush()).is_pending() {
            dropped += 1;
        }
    }
    assert!(dropped > 50, "{dropped}");
    let envelope = block_on(writer.finish()).unwrap().bytes;
    assert!(plaintext_of(&envelope) == plaintext);

    let inner = SlowReader::new(&envelope, 5_000);
    let mut reader =
        block_on(DecryptReader::new(inner, &[&kek("a")], &DecryptOptions::new())).unwrap();
    let (mut opened, mut buffer, mut dropped) = (Vec::new(), vec![0; 3_000], 0);
    loop {
        match once(reader.read(&mut buffer)) {
            Poll::Ready(Ok(0)) => break,
            Poll::Ready(read) => opened.extend_from_slice(&buffer[..read.unwrap()]),
            Poll::Pending => dropped += 1,
        }
    }
    assert!(dropped > 50, "{dropped}");
    assert!(opened == plaintext);
}

#[test]
fn closing_completes_and_dropping_does_not() {
    let options = EncryptOptions::new();
    let mut inner = SlowWriter::new(100);
    block_on(async {
        let mut writer = EncryptWriter::new(&mut inner, &[&kek("a")], &options).await.unwrap();
        writer.write_all(b"tide table").await.unwrap();
        writer.close().await.unwrap();
        writer.close().await.unwrap();
        let error = Error::from(writer.write(b"more").await.unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
    });
    assert!(inner.is_closed);
    assert_eq!(plaintext_of(&inner.bytes), b"tide table");

    let mut inner = SlowWriter::new(100);
    block_on(async {
        let mut writer = EncryptWriter::new(&mut inner, &[&kek("a")], &options).await.unwrap();
        writer.write_all(&bytes(20_000)).await.unwrap();
        writer.flush().await.unwrap();
    });
    let (_, body) = Header::split(&inner.bytes).unwrap();
    assert_eq!(body.len(), 56 + 16_400, "a flush lets whole chunks out");
    let error = decrypt(&inner.bytes, &[&kek("a")], &DecryptOptions::new()).unwrap_err();
    assert!(matches!(error, Error::Truncated), "{error}");
}

#[test]
fn a_writer_that_failed_stays_failed() {
    block_on(async {
        let inner = SlowWriter::with_room(100_000, 50_000);
        let mut writer =
            EncryptWriter::new(inner, &[&kek("a")], &EncryptOptions::new()).await.unwrap();
        let error = writer.write_all(&bytes(3 << 20)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        for again in
            [writer.write(b"x").await.map(drop), writer.flush().await, writer.close().await]
        {
            let error = Error::from(again.unwrap_err());
            assert!(matches!(error, Error::InvalidState(_)), "{error}");
        }
        assert!(matches!(writer.finish().await, Err(Error::InvalidState(_))));
    });
}

#[test]
fn a_modified_or_cut_envelope_has_the_error_of_the_blocking_reader() {
    let options = DecryptOptions::new();
    let envelope = encrypt(&bytes(40_000), &[&kek("a")], &EncryptOptions::new()).unwrap();
    let body = Header::split(&envelope).unwrap().0.header_len();
    for at in [0, 20, body - 1, body + 30, body + 20_000, envelope.len() - 1] {
        let mut modified = envelope.clone();
        modified[at] ^= 1;
        for bad in [&modified[..], &envelope[..at]] {
            let blocking = io::DecryptReader::new(bad, &[&kek("a")], &options)
                .and_then(|mut reader| Ok(reader.read_to_end(&mut Vec::new())?));
            let polled = block_on(async {
                let inner = SlowReader::new(bad, 1_000);
                let mut reader = DecryptReader::new(inner, &[&kek("a")], &options).await?;
                Ok::<_, Error>(reader.read_to_end(&mut Vec::new()).await?)
            });
            assert_eq!(polled.unwrap_err().to_string(), blocking.unwrap_err().to_string());
        }
    }
}

/// Both ends of a narrow pipe on one thread of tokio.
#[test]
fn tokio_drives_both_ends_of_a_pipe() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_util::compat::{
        FuturesAsyncReadCompatExt as _, FuturesAsyncWriteCompatExt as _,
        TokioAsyncReadCompatExt as _, TokioAsyncWriteCompatExt as _,
    };
    let plaintext = bytes(3 << 20);
    let (near, far) = tokio::io::duplex(4_096);
    let sender = async {
        let options = EncryptOptions::new();
        let writer = EncryptWriter::new(near.compat_write(), &[&kek("a")], &options).await.unwrap();
        let mut writer = writer.compat_write();
        tokio::io::copy(&mut plaintext.as_slice(), &mut writer).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let receiver = async {
        let options = DecryptOptions::new();
        let reader = DecryptReader::new(far.compat(), &[&kek("a")], &options).await.unwrap();
        let mut opened = Vec::new();
        reader.compat().read_to_end(&mut opened).await.unwrap();
        opened
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ((), opened) = runtime.block_on(async { tokio::join!(sender, receiver) });
    assert!(opened == plaintext);
}

/// A runtime of many threads moves futures between them.
#[test]
fn futures_and_adapters_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (key, encrypt, decrypt) = (kek("a"), EncryptOptions::new(), DecryptOptions::new());
    is_send(&EncryptWriter::new(SlowWriter::new(1), &[&key], &encrypt));
    is_send(&EncryptReader::new(SlowReader::new(b"", 1), &[&key], &encrypt));
    is_send(&DecryptReader::new(SlowReader::new(b"", 1), &[&key], &decrypt));
    let writer = block_on(EncryptWriter::new(SlowWriter::new(1), &[&key], &encrypt)).unwrap();
    is_send(&writer);
    is_send(&writer.finish());
}
