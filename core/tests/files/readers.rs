//! Reading at any offset: the right bytes, the fewest requests, and no lock.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use sealwax::read_at::{PositionalReader, ReadAt, SeekReader};
use sealwax::{DecryptHandle, DecryptOptions, EncryptOptions, ErrorCode, Header, LocalKek};

use crate::common::{bytes, code_of, kek};

/// Writes down every request for a range.
struct Recorder {
    bytes: Vec<u8>,
    requests: Mutex<Vec<(u64, usize)>>,
}

impl Recorder {
    fn new(bytes: Vec<u8>) -> Self {
        Recorder { bytes, requests: Mutex::new(Vec::new()) }
    }

    fn take(&self) -> Vec<(u64, usize)> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

impl ReadAt for Recorder {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.requests.lock().unwrap().push((offset, buf.len()));
        self.bytes.read_at(buf, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
}

fn sealed(len: usize, kek: &LocalKek) -> (Vec<u8>, usize) {
    let envelope = sealwax::encrypt(&bytes(len), &[kek], &EncryptOptions::new()).unwrap();
    let header_len = Header::split(&envelope).unwrap().0.header_len();
    (envelope, header_len)
}

fn open<R: ReadAt>(source: R, kek: &LocalKek) -> PositionalReader<R> {
    PositionalReader::open(source, &[kek], &DecryptOptions::new()).unwrap()
}

#[test]
fn a_read_takes_its_chunks_in_one_request() {
    let kek = kek("a");
    let (envelope, header_len) = sealed(1_000_000, &kek);
    let chunk = |index: u64| header_len as u64 + 56 + index * 16_400;
    let reader = open(Recorder::new(envelope), &kek);
    let read = |offset: u64, len: usize| {
        let mut buffer = vec![0; len];
        reader.get_ref().take();
        let read = reader.read_at(&mut buffer, offset).unwrap();
        let start = offset.min(1_000_000) as usize;
        assert!(buffer[..read] == bytes(1_000_000)[start..][..read]);
        reader.get_ref().take()
    };
    assert_eq!(read(40_000, 4_096), [(chunk(2), 16_400)]);
    assert_eq!(read(44_096, 4_096), [], "the neighbour is kept");
    assert_eq!(read(33_000, 100), [], "so is what was before");
    assert_eq!(read(49_000, 200), [(chunk(3), 16_400)], "half kept, half fetched");
    assert_eq!(read(98_000, 700), [(chunk(5), 32_800)], "two chunks, one request");
    assert_eq!(read(200_000, 300_000), [(chunk(12), 19 * 16_400)]);
    assert_eq!(read(999_999, 100), [(chunk(61), 592)], "the last chunk is short");
    assert_eq!(read(1_000_000, 100), [], "nothing is behind the end");
    assert_eq!(read(u64::MAX, 100), []);
    assert_eq!(read(500, 0), []);
}

#[test]
fn opening_reads_the_header_and_both_ends_of_the_body() {
    let kek = kek("a");
    let (envelope, header_len) = sealed(1_000_000, &kek);
    let len = envelope.len();
    let reader = open(Recorder::new(envelope), &kek);
    assert_eq!(reader.len(), 1_000_000);
    assert!(!reader.is_empty());
    let last = header_len + 56 + 61 * 16_400;
    let expected = [(0, 4_096), (header_len as u64, 56), (last as u64, len - last)];
    assert_eq!(reader.get_ref().take(), expected);
}

#[test]
fn a_cut_or_longer_object_does_not_open() {
    let kek = kek("a");
    let (envelope, _) = sealed(100_000, &kek);
    let opened = |bytes: &[u8]| {
        code_of(PositionalReader::open(bytes.to_vec(), &[&kek], &DecryptOptions::new()))
    };
    let boundary = envelope.len() - 100_000 % 16_384 - 16;
    assert_eq!(opened(&envelope[..boundary]), ErrorCode::Truncated);
    assert_eq!(opened(&envelope[..boundary - 1]), ErrorCode::Authentication);
    assert_eq!(opened(&envelope[..envelope.len() - 1]), ErrorCode::Authentication);
    assert_eq!(opened(&[&envelope[..], b"x"].concat()), ErrorCode::Authentication);
    assert_eq!(opened(&envelope[..200]), ErrorCode::Truncated);
    assert_eq!(opened(b""), ErrorCode::Truncated);
}

#[test]
fn a_modified_chunk_fails_where_it_is_and_nowhere_else() {
    let kek = kek("a");
    let (mut envelope, header_len) = sealed(200_000, &kek);
    envelope[header_len + 56 + 3 * 16_400] ^= 1;
    let reader = open(envelope, &kek).threads(0);
    let mut buffer = vec![7; 40_000];
    let error = reader.read_at(&mut buffer, 20_000).unwrap_err();
    assert!(matches!(error, sealwax::Error::Authentication { chunk: 3 }), "{error}");
    assert!(buffer.iter().all(|byte| *byte == 0));
    assert_eq!(code_of(reader.read_at(&mut [0], 3 * 16_384)), ErrorCode::Authentication);
    reader.read_exact_at(&mut buffer, 100_000).unwrap();
    assert!(buffer == bytes(200_000)[100_000..140_000]);
    let behind = reader.read_exact_at(&mut buffer, 160_001);
    assert_eq!(code_of(behind), ErrorCode::InvalidArgument);
}

#[test]
fn threads_share_a_reader_and_large_reads_share_threads() {
    let kek = kek("a");
    let plaintext = bytes(13_000_000);
    let envelope = sealwax::encrypt(&plaintext, &[&kek], &EncryptOptions::new()).unwrap();
    let reader = open(Arc::new(envelope), &kek).threads(3);
    let mut all = vec![0; plaintext.len()];
    assert_eq!(reader.read_at(&mut all[5..], 5).unwrap(), plaintext.len() - 5);
    assert!(all[5..] == plaintext[5..]);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let (reader, plaintext, done) = (&reader, &plaintext, &done);
            scope.spawn(move || {
                for i in 0..500 {
                    let offset = (thread * 7_919 + i * 104_729) % (plaintext.len() - 5_000);
                    let mut buffer = [0; 4_096];
                    reader.read_exact_at(&mut buffer, offset as u64).unwrap();
                    assert!(buffer == plaintext[offset..offset + 4_096]);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(done.into_inner(), 2_000);
}

#[test]
fn a_detached_header_reads_its_body() {
    let kek = kek("a");
    let (envelope, header_len) = sealed(100_000, &kek);
    let (header, body) = envelope.split_at(header_len);
    let handle = DecryptHandle::open(header, &[&kek], &DecryptOptions::new()).unwrap();
    let reader = PositionalReader::with_detached_header(body.to_vec(), handle, b"").unwrap();
    let mut buffer = [0; 100];
    reader.read_exact_at(&mut buffer, 70_000).unwrap();
    assert_eq!(buffer, bytes(100_000)[70_000..70_100]);
    assert_eq!(reader.header().unwrap().as_bytes(), header);
}

#[test]
fn reads_in_a_row_read_ahead_and_seeks_do_not() {
    let kek = kek("a");
    let (envelope, _) = sealed(4_000_000, &kek);
    let mut reader = SeekReader::new(open(Recorder::new(envelope), &kek));
    let requests = |reader: &SeekReader<Recorder>| reader.get_ref().get_ref().take();
    requests(&reader);
    let mut buffer = vec![0; 4_096];
    for _ in 0..250 {
        reader.read_exact(&mut buffer).unwrap();
    }
    let sizes: Vec<usize> = requests(&reader).iter().map(|request| request.1 / 16_400).collect();
    assert_eq!(sizes, [1, 2, 4, 8, 16, 32]);
    reader.seek(SeekFrom::Start(3_000_000)).unwrap();
    reader.read_exact(&mut buffer).unwrap();
    assert_eq!(requests(&reader).len(), 1);
    assert_eq!(buffer, bytes(4_000_000)[3_000_000..3_004_096]);
}

#[derive(Clone, Debug)]
enum Op {
    Seek(SeekFrom),
    Read(usize),
}

fn op(len: u32) -> impl Strategy<Value = Op> {
    let end = u64::from(len) + 40_000;
    let len = i64::from(len);
    prop_oneof![
        (0..end).prop_map(|to| Op::Seek(SeekFrom::Start(to))),
        (-len - 10..40_000).prop_map(|to| Op::Seek(SeekFrom::End(to))),
        (-70_000_i64..70_000).prop_map(|to| Op::Seek(SeekFrom::Current(to))),
        (0_usize..100).prop_map(Op::Read),
        (0_usize..70_000).prop_map(Op::Read),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn seek_and_read_are_those_of_the_plaintext(
        (len, ops) in (0_u32..200_000).prop_flat_map(|len| {
            (Just(len as usize), prop::collection::vec(op(len), 1..40))
        }),
    ) {
        let kek = kek("a");
        let plaintext = bytes(len);
        let mut model = io::Cursor::new(&plaintext);
        let mut reader = SeekReader::new(open(sealed(len, &kek).0, &kek));
        prop_assert_eq!(reader.len(), len as u64);
        for op in ops {
            match op {
                Op::Seek(to) => {
                    let (expected, found) = (model.seek(to).ok(), reader.seek(to).ok());
                    prop_assert_eq!(found, expected);
                }
                Op::Read(want) => {
                    let (mut expected, mut found) = (Vec::new(), Vec::new());
                    model.by_ref().take(want as u64).read_to_end(&mut expected).unwrap();
                    reader.by_ref().take(want as u64).read_to_end(&mut found).unwrap();
                    prop_assert!(found == expected);
                }
            }
        }
    }
}
