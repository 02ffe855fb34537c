//! A second, naive writer of the format. It checks nothing, so it can write what the core refuses
//! to write. It shares no code with the core except AES-GCM, HMAC and SHA-512.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha512};

pub const CHUNK: usize = 16_384;
pub const SEALED_CHUNK: usize = 16_400;
pub const PREFIX: usize = 56;

pub fn hmac_sha512(key: &[u8], parts: &[&[u8]]) -> [u8; 64] {
    let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key).expect("any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-Expand, RFC 5869 section 2.3, block by block.
fn expand<const N: usize>(prk: &[u8; 32], info: &[u8]) -> [u8; N] {
    let (mut okm, mut block) = (Vec::new(), Vec::new());
    for counter in 1..=u8::try_from(N.div_ceil(64)).expect("at most 255 blocks") {
        block = hmac_sha512(prk, &[&block, info, &[counter]]).to_vec();
        okm.extend_from_slice(&block);
    }
    okm[..N].try_into().expect("N bytes")
}

/// One chunked-encryption message (FORMAT.md section 3) with all of its keys.
#[derive(Clone)]
pub struct Message {
    pub salt: [u8; 24],
    pub key: [u8; 32],
    pub base_nonce: [u8; 12],
    pub commitment: [u8; 32],
}

impl Message {
    pub fn new(input_key: &[u8; 32], context: &[u8], salt: &[u8; 24]) -> Self {
        let info = [b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0".as_slice(), salt, context];
        let okm: [u8; 76] = expand(input_key, &info.concat());
        Message {
            salt: *salt,
            key: okm[..32].try_into().expect("32"),
            base_nonce: okm[32..44].try_into().expect("12"),
            commitment: okm[44..].try_into().expect("32"),
        }
    }

    pub fn prefix(&self) -> Vec<u8> {
        [self.salt.as_slice(), &self.commitment].concat()
    }

    fn nonce(&self, index: u64) -> [u8; 12] {
        let mut nonce = self.base_nonce;
        for (slot, byte) in nonce[4..].iter_mut().zip(index.to_be_bytes()) {
            *slot ^= byte;
        }
        nonce
    }

    /// The plaintext of chunk `index`, of any length; `None` if it is not authentic.
    pub fn open_chunk(&self, index: u64, sealed: &[u8]) -> Option<Vec<u8>> {
        let (ciphertext, tag) = sealed.split_last_chunk::<16>()?;
        let mut plaintext = ciphertext.to_vec();
        let (nonce, tag) = (self.nonce(index).into(), tag.into());
        let opened = Aes256Gcm::new(&self.key.into()).decrypt_inout_detached(
            &nonce,
            &[],
            plaintext.as_mut_slice().into(),
            tag,
        );
        opened.ok().map(|()| plaintext)
    }

    /// Chunk `index` of any length, tag included.
    pub fn chunk(&self, index: u64, plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = plaintext.to_vec();
        let tag = Aes256Gcm::new(&self.key.into())
            .encrypt_inout_detached(&self.nonce(index).into(), &[], sealed.as_mut_slice().into())
            .expect("a short plaintext");
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// All chunks of a message, the last one short.
    pub fn chunks(&self, plaintext: &[u8]) -> Vec<Vec<u8>> {
        (0..=plaintext.len() / CHUNK)
            .map(|i| {
                let end = plaintext.len().min((i + 1) * CHUNK);
                self.chunk(i as u64, &plaintext[i * CHUNK..end])
            })
            .collect()
    }

    pub fn seal(&self, plaintext: &[u8]) -> Vec<u8> {
        let chunks = self.chunks(plaintext);
        std::iter::once(self.prefix()).chain(chunks).flatten().collect()
    }
}

/// A field behind its 16-bit length.
pub fn field(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).expect("at most 65,535 bytes");
    [&len.to_be_bytes(), bytes].concat()
}

/// Context bytes with the pairs in the order given, right or wrong.
pub fn context(pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
    let count = u16::try_from(pairs.len()).expect("few pairs");
    let fields = pairs.iter().flat_map(|(key, value)| [field(key), field(value)].concat());
    count.to_be_bytes().into_iter().chain(fields).collect()
}

/// A wrapped key as it stands in the header.
pub fn record(provider_id: &[u8], key_id: &[u8], wrapped_dek: &[u8]) -> Vec<u8> {
    [field(provider_id), field(key_id), field(wrapped_dek)].concat()
}

/// The context string of a local wrapping.
pub fn local_wrap_context(key_id: &str, context: &[u8]) -> Vec<u8> {
    [b"sealwax/v1 local-wrap\0".as_slice(), &field(key_id.as_bytes()), context].concat()
}

/// A wrapped DEK of the provider `local`; `dek` may have a wrong length.
pub fn local_wrap(
    kek: &[u8; 32],
    key_id: &str,
    context: &[u8],
    salt: &[u8; 24],
    dek: &[u8],
) -> Vec<u8> {
    Message::new(kek, &local_wrap_context(key_id, context), salt).seal(dek)
}

/// The message of the metadata under a DEK.
pub fn metadata_message(dek: &[u8; 32], salt: &[u8; 24]) -> Message {
    Message::new(dek, b"sealwax/v1 metadata", salt)
}

/// The key of the header MAC, and the MAC before it is cut.
pub fn header_mac_full(dek: &[u8; 32], header_without_mac: &[u8]) -> ([u8; 32], [u8; 64]) {
    let key = expand(dek, b"sealwax/v1 header-mac");
    (key, hmac_sha512(&key, &[header_without_mac]))
}

/// The first 32 bytes of the header MAC.
pub fn header_mac(dek: &[u8; 32], header_without_mac: &[u8]) -> Vec<u8> {
    header_mac_full(dek, header_without_mac).1[..32].to_vec()
}

/// A header, right or wrong: each `Option` replaces what would be counted.
#[derive(Clone)]
pub struct RawHeader {
    pub magic: [u8; 8],
    pub announced_len: Option<u32>,
    pub suite: u16,
    pub context: Vec<u8>,
    pub metadata_len: Option<u32>,
    pub metadata: Vec<u8>,
    pub key_count: Option<u16>,
    pub keys: Vec<Vec<u8>>,
    pub padding: Vec<u8>,
}

impl RawHeader {
    pub fn new(context: Vec<u8>, keys: Vec<Vec<u8>>) -> Self {
        RawHeader {
            magic: *b"SEALWAX\x01",
            announced_len: None,
            suite: 1,
            context,
            metadata_len: None,
            metadata: Vec::new(),
            key_count: None,
            keys,
            padding: Vec::new(),
        }
    }

    /// From the suite to the end of the sealed metadata.
    pub fn binding(&self) -> Vec<u8> {
        let len = u32::try_from(self.metadata.len()).expect("short");
        let len = self.metadata_len.unwrap_or(len).to_be_bytes();
        [&self.suite.to_be_bytes(), self.context.as_slice(), &len, &self.metadata].concat()
    }

    pub fn key_part(&self) -> Vec<u8> {
        let count = u16::try_from(self.keys.len()).expect("few keys");
        let count = self.key_count.unwrap_or(count).to_be_bytes();
        [count.as_slice(), &self.keys.concat()].concat()
    }

    /// Length of the header without padding.
    pub fn needed_len(&self) -> usize {
        12 + self.binding().len() + self.key_part().len() + 32
    }

    pub fn encode(&self, dek: &[u8; 32]) -> Vec<u8> {
        let len = u32::try_from(self.needed_len() + self.padding.len()).expect("short");
        let len = self.announced_len.unwrap_or(len).to_be_bytes();
        let mut bytes =
            [&self.magic, len.as_slice(), &self.binding(), &self.key_part(), &self.padding]
                .concat();
        bytes.extend(header_mac(dek, &bytes));
        bytes
    }

    /// The message of a body under this header.
    pub fn body_message(&self, dek: &[u8; 32], salt: &[u8; 24], associated_data: &[u8]) -> Message {
        let bound = Sha512::digest([self.magic.as_slice(), &self.binding()].concat());
        let associated = Sha512::digest(associated_data);
        let context = [b"sealwax/v1 body\0".as_slice(), &bound, &associated].concat();
        Message::new(dek, &context, salt)
    }
}
