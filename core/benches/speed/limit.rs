//! The limits: the fastest crates, without any other work.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sealwax::SysRng;
use sealwax::rand_core::TryRng;
use sha2::{Digest, Sha512};

/// Plaintext of a chunk, in bytes.
pub const CHUNK: usize = 16_384;
/// A chunk with its tag, in bytes.
pub const SEALED: usize = CHUNK + TAG;
const TAG: usize = 16;

/// AES-256-GCM under one key, by AWS-LC without anything around it.
pub struct Bare(LessSafeKey);

impl Bare {
    pub fn new(key: &[u8]) -> Self {
        Bare(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a key")))
    }

    fn nonce(index: usize) -> Nonce {
        let mut nonce = [7; 12];
        nonce[4..].copy_from_slice(&(index as u64).to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }

    pub fn seal(&self, index: usize, plaintext: &[u8], sealed: &mut [u8]) {
        let (text, tag) = sealed.split_at_mut(plaintext.len());
        self.0
            .seal_out_of_place_scatter(Self::nonce(index), Aad::empty(), plaintext, text, &[], tag)
            .expect("seals");
    }

    pub fn open(&self, index: usize, sealed: &[u8], plaintext: &mut [u8]) {
        let (text, tag) = sealed.split_at(plaintext.len());
        self.0
            .open_separate_gather(Self::nonce(index), Aad::empty(), text, tag, plaintext)
            .expect("opens");
    }

    /// A loop over chunks, and nothing else.
    pub fn seal_all(&self, plaintext: &[u8], sealed: &mut [u8]) {
        for (index, (chunk, slot)) in
            plaintext.chunks(CHUNK).zip(sealed.chunks_mut(SEALED)).enumerate()
        {
            self.seal(index, chunk, &mut slot[..chunk.len() + TAG]);
        }
    }

    /// A loop over chunks, and nothing else.
    pub fn open_all(&self, sealed: &[u8], plaintext: &mut [u8]) {
        for (index, (chunk, slot)) in
            sealed.chunks(SEALED).zip(plaintext.chunks_mut(CHUNK)).enumerate()
        {
            self.open(index, chunk, slot);
        }
    }
}

/// One HKDF-Expand over as many bytes as a message of this format has, of a key that is ready.
pub struct Expand(Hkdf<Sha512>);

impl Expand {
    pub fn new() -> Self {
        Expand(Hkdf::from_prk(&[3; 64]).expect("a key"))
    }

    /// 48 bytes of label, 24 of salt, 144 of context; 76 bytes out.
    pub fn expand(&self) -> [u8; 76] {
        let mut okm = [0; 76];
        let info: [&[u8]; 3] = [&[1; 48], &[2; 24], &[3; 144]];
        self.0.expand_multi_info(black_box(&info), &mut okm).expect("expands");
        okm
    }
}

/// The primitives of one envelope under a local key, and nothing else: what its bytes ask for.
///
/// SHA-512 is the most of it, 22 compressions: 5 for the wrapping, whose key is set up already, 2 to
/// set up the DEK, 7 for the header's MAC and the key of it, 1 for the binding part, 7 for the keys
/// of the body. Besides, two AES keys and two sealed texts; when encrypting, 80 random bytes, here
/// by one call where an envelope makes two: the salt of the wrapping is the provider's.
pub struct Envelope {
    kek: Hkdf<Sha512>,
    header: [u8; 190],
}

impl Envelope {
    pub fn new() -> Self {
        Envelope { kek: Hkdf::from_prk(&[3; 64]).expect("a key"), header: [7; 190] }
    }

    pub fn seal(&self, plaintext: &[u8], wrapped: &mut [u8; 48], sealed: &mut [u8]) {
        let mut random = [0; 80];
        SysRng.try_fill_bytes(&mut random).expect("random bytes");
        self.wrapping_key().seal(0, &random[..32], wrapped);
        self.body_key(&random[..32]).seal(0, plaintext, sealed);
    }

    pub fn open(&self, wrapped: &[u8; 48], sealed: &[u8], plaintext: &mut [u8]) {
        let mut dek = [0; 32];
        self.wrapping_key().open(0, wrapped, &mut dek);
        self.body_key(&dek).open(0, sealed, plaintext);
    }

    /// 48 bytes of label, 24 of salt, 31 of label, key id and context.
    fn wrapping_key(&self) -> Bare {
        let mut okm = [0; 76];
        let info: [&[u8]; 3] = [&[1; 48], &[2; 24], &[3; 31]];
        self.kek.expand_multi_info(black_box(&info), &mut okm).expect("expands");
        Bare::new(&okm[..32])
    }

    /// The MAC of the header, the digest of its binding part, then the key of the body.
    fn body_key(&self, dek: &[u8]) -> Bare {
        let (mut padded, mut mac_key, mut okm) = ([0; 64], [0; 32], [0; 76]);
        padded[..32].copy_from_slice(dek);
        let prk = Hkdf::<Sha512>::from_prk(&padded).expect("a key");
        prk.expand(&[1; 21], &mut mac_key).expect("expands");
        let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(&mac_key).expect("a key");
        black_box(mac.chain_update(black_box(&self.header)).finalize());
        let binding = Sha512::digest(black_box(&self.header[..16]));
        let info: [&[u8]; 5] = [&[1; 48], &[2; 24], &[3; 16], &binding, &[4; 64]];
        prk.expand_multi_info(&info, &mut okm).expect("expands");
        Bare::new(&okm[..32])
    }
}
