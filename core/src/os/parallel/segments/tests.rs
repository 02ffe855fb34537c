//! Segments of any length, to and from memory of the host, give the same message.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::crypto::secret_key::Kek;
use crate::engine::encrypt::EncryptOptions;
use crate::format::context::ContextRef;
use crate::keys::{LocalKek, generate_dek};

/// Memory of a host that cannot be borrowed.
struct Host(Mutex<Vec<u8>>);

impl Host {
    fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Host(Mutex::new(bytes.into()))
    }
}

impl Source for Host {
    type Segment = Vec<u8>;

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn segment(&self, range: Range<usize>) -> Result<Vec<u8>> {
        Ok(self.0.lock().unwrap()[range].to_vec())
    }
}

impl Sink for Host {
    fn fill(&self, offset: usize, len: usize, work: Fill<'_>) -> Result<()> {
        let mut bytes = vec![0; len];
        work(&mut bytes)?;
        self.0.lock().unwrap()[offset..offset + len].copy_from_slice(&bytes);
        Ok(())
    }
}

struct Broken;

impl Source for Broken {
    type Segment = Vec<u8>;

    fn len(&self) -> usize {
        10 * CHUNK_LEN
    }

    fn segment(&self, _range: Range<usize>) -> Result<Vec<u8>> {
        Err(Error::Cancelled)
    }
}

impl Sink for Broken {
    fn fill(&self, _offset: usize, _len: usize, _work: Fill<'_>) -> Result<()> {
        Err(Error::Cancelled)
    }
}

fn handles() -> (EncryptHandle, DecryptHandle) {
    let kek = LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "test").unwrap();
    let (dek, keys) = generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng).unwrap();
    let options = EncryptOptions::new();
    let sealing = EncryptHandle::new(&dek, &keys, &options, &mut SysRng).unwrap();
    let opening = DecryptHandle::new(sealing.header(), dek).unwrap();
    (sealing, opening)
}

const LENGTHS: [usize; 7] =
    [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 5 * CHUNK_LEN, 40 * CHUNK_LEN + 77];

#[test]
fn there_and_back_in_segments_of_any_length() {
    let (sealing, opening) = handles();
    for len in LENGTHS {
        let plaintext: Vec<u8> = (0..=250).cycle().take(len).collect();
        for (threads, segment_len) in [(1, 0), (3, CHUNK_LEN + 1), (2, 3 * CHUNK_LEN), (4, 1 << 30)]
        {
            let sharing = Sharing { threads, segment_len: &|| segment_len };
            let needed = usize::try_from(sealing.sealed_len(len as u64).unwrap()).unwrap();
            let sealed = Host::new(vec![0; needed + 3]);
            let source = Host::new(plaintext.as_slice());
            let written = sharing.encrypt(&sealing, &source, b"aad", Target::Sink(&sealed));
            assert_eq!(written.unwrap(), needed);
            let sealed = sealed.0.into_inner().unwrap();
            assert_eq!(sealed[needed..], [0; 3], "nothing behind the end is touched");
            let body = Host::new(&sealed[sealing.header().len()..needed]);
            let mut out = vec![1; len + 5];
            let target = Target::Slice(&mut out);
            assert_eq!(sharing.decrypt_body(&opening, &body, b"aad", target).unwrap(), len);
            assert_eq!((&out[..len], &out[len..]), (&plaintext[..], &[1; 5][..]));
            let again = Host::new(vec![0; len]);
            sharing.decrypt_body(&opening, &body, b"aad", Target::Sink(&again)).unwrap();
            assert_eq!(again.0.into_inner().unwrap(), plaintext);
            let detached = Host::new(vec![0; needed - sealing.header().len()]);
            let target = Target::Sink(&detached);
            let written = sharing.encrypt_body(&sealing, &source, b"aad", target).unwrap();
            assert_eq!(written, detached.len());
            let target = Target::Slice(&mut out);
            assert_eq!(sharing.decrypt_body(&opening, &detached, b"aad", target).unwrap(), len);
            assert_eq!(&out[..len], &plaintext[..]);
        }
    }
}

#[test]
fn the_length_of_a_piece_is_asked_for_each() {
    let (sealing, _) = handles();
    let asked = AtomicUsize::new(0);
    let growing = || asked.fetch_add(1, Ordering::Relaxed) * CHUNK_LEN;
    let sharing = Sharing { threads: 1, segment_len: &growing };
    let mut out = vec![0; 11 * SEALED_CHUNK_LEN + 1000];
    let plaintext = vec![0; 9 * CHUNK_LEN];
    sharing.encrypt(&sealing, &plaintext.as_slice(), b"", Target::Slice(&mut out)).unwrap();
    // 1 (a segment is never empty), 1, 2, 3 and the rest of the ten chunks.
    assert_eq!(asked.into_inner(), 5);
}

#[test]
fn what_the_host_refuses_ends_the_work() {
    let (sealing, opening) = handles();
    let sharing = Sharing { threads: 2, segment_len: &|| CHUNK_LEN };
    let (target, mut out) = (Host::new(vec![0; 200_000]), vec![0; 200_000]);
    let refused = sharing.encrypt(&sealing, &Broken, b"", Target::Sink(&target));
    assert!(matches!(refused, Err(Error::Cancelled)));
    let refused = sharing.encrypt(&sealing, &&[0; 99][..], b"", Target::Sink(&Broken));
    assert!(matches!(refused, Err(Error::Cancelled)));
    let refused = sharing.encrypt(&sealing, &&[0; 99][..], b"", Target::Slice(&mut out[..100]));
    assert!(matches!(refused, Err(Error::BufferTooSmall { needed }) if needed > 100));
    let refused = sharing.decrypt_body(&opening, &&[0; 20][..], b"", Target::Sink(&target));
    assert!(matches!(refused, Err(Error::Truncated)));
}

#[test]
fn nothing_stays_of_a_modified_message() {
    let (sealing, opening) = handles();
    let mut envelope = sealing.encrypt(&vec![7; 20 * CHUNK_LEN], b"", &mut SysRng).unwrap();
    let chunk = envelope.len() - 4 * SEALED_CHUNK_LEN;
    envelope[chunk] ^= 1;
    let mut out = vec![1; 20 * CHUNK_LEN];
    let sharing = Sharing { threads: 3, segment_len: &|| CHUNK_LEN };
    let body = &envelope[sealing.header().len()..];
    let refused = sharing.decrypt_body(&opening, &body, b"", Target::Slice(&mut out));
    assert!(matches!(refused, Err(Error::Authentication { chunk: 16 })), "{refused:?}");
    assert!(out.iter().all(|byte| *byte == 0));
}
