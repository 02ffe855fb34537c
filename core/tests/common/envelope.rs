//! Envelopes to attack: made by the core, with their reader, and compared with the oracle.

use sealwax::{
    DecryptHandle, DecryptOptions, Decryptor, Dek, EncryptHandle, EncryptOptions,
    EncryptionContext, Error, Header, Kek, KeyProvider, LocalKek, Padding, WrappedKey, decrypt,
};

use super::drive::{CHUNK_BY_CHUNK, Split, decrypt_pieces};
use super::oracle::{self, Reader};
use super::seed::{Queue, derived, derived_vec, pattern};

/// Everything about an envelope but its bytes.
#[derive(Clone)]
pub struct Recipe {
    pub dek: [u8; 32],
    pub key_ids: Vec<String>,
    pub pairs: Vec<(String, String)>,
    pub metadata: Option<Vec<u8>>,
    pub associated_data: Vec<u8>,
    pub padding: Padding,
    pub plaintext: Vec<u8>,
    /// Makes the salts, and so the bytes, those of this envelope alone.
    pub label: String,
}

/// An envelope with its parts and its honest reader.
#[derive(Clone)]
pub struct Sample {
    pub recipe: Recipe,
    pub header: Vec<u8>,
    pub body: Vec<u8>,
}

pub fn kek(key_id: &str) -> [u8; 32] {
    derived(&format!("kek/{key_id}"))
}

pub fn local(key_id: &str) -> LocalKek {
    LocalKek::new(Kek::from_slice(&kek(key_id)).unwrap(), key_id).unwrap()
}

impl Recipe {
    /// A short plaintext under one key, nothing else.
    pub fn new(label: &str) -> Self {
        Recipe {
            dek: derived("recipe/dek"),
            key_ids: vec!["a".to_owned()],
            pairs: Vec::new(),
            metadata: None,
            associated_data: Vec::new(),
            padding: Padding::None,
            plaintext: pattern(3, 1),
            label: label.to_owned(),
        }
    }

    /// Something of everything.
    pub fn full(label: &str) -> Self {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Recipe {
            key_ids: vec!["other".to_owned(), "a".to_owned()],
            pairs: vec![pair("tenant", "acme"), pair("é", "")],
            metadata: Some(b"meta".to_vec()),
            associated_data: b"aad".to_vec(),
            padding: Padding::Exact(520),
            ..Self::new(label)
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn options(&self) -> EncryptOptions<'_> {
        let options = EncryptOptions::new()
            .context(EncryptionContext::from_pairs(self.pairs.iter().cloned()).unwrap())
            .associated_data(&self.associated_data)
            .padding(self.padding);
        match &self.metadata {
            Some(metadata) => options.metadata(metadata),
            None => options,
        }
    }

    pub fn rng(&self) -> Queue {
        Queue::new(derived_vec(&self.label, 24 * 40))
    }

    pub fn wrapped_keys(&self, rng: &mut Queue) -> Vec<WrappedKey> {
        let dek = Dek::from_slice(&self.dek).unwrap();
        let context = EncryptionContext::from_pairs(self.pairs.iter().cloned()).unwrap();
        let wrap = |id: &String| local(id).wrap_with(&dek, context.view(), rng).unwrap();
        self.key_ids.iter().map(wrap).collect()
    }

    pub fn make(self) -> Sample {
        let mut rng = self.rng();
        let keys = self.wrapped_keys(&mut rng);
        let dek = Dek::from_slice(&self.dek).unwrap();
        let handle = EncryptHandle::new(&dek, &keys, &self.options(), &mut rng).unwrap();
        let mut body = handle.encrypt(&self.plaintext, &self.associated_data, &mut rng).unwrap();
        let header: Vec<u8> = body.drain(..handle.header().len()).collect();
        Sample { header, body, recipe: self }
    }
}

impl Sample {
    pub fn bytes(&self) -> Vec<u8> {
        [self.header.as_slice(), &self.body].concat()
    }

    /// Reader of the last key, with all pairs required.
    pub fn reader(&self) -> Reader {
        let key_id = self.recipe.key_ids.last().unwrap();
        Reader {
            keks: vec![(key_id.clone(), kek(key_id))],
            required: Vec::new(),
            associated_data: self.recipe.associated_data.clone(),
        }
    }

    pub fn handle(&self) -> DecryptHandle {
        DecryptHandle::new(&self.header, Dek::from_slice(&self.recipe.dek).unwrap()).unwrap()
    }

    /// The body as prefix and chunks.
    pub fn chunks(&self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let (prefix, chunks) = self.body.split_at(56);
        (prefix.to_vec(), chunks.chunks(16_400).map(<[u8]>::to_vec).collect())
    }
}

/// The chunk that an error names.
pub fn chunk_of_error(error: &Error) -> Option<u64> {
    if let Error::Authentication { chunk } = error { Some(*chunk) } else { None }
}

fn providers(reader: &Reader) -> Vec<LocalKek> {
    let provider = |(id, kek): &(String, [u8; 32])| {
        LocalKek::new(Kek::from_slice(kek).unwrap(), id.as_str()).unwrap()
    };
    reader.keks.iter().map(provider).collect()
}

fn decrypt_options(reader: &Reader) -> DecryptOptions<'_> {
    DecryptOptions::new()
        .associated_data(&reader.associated_data)
        .required_context(EncryptionContext::from_pairs(reader.required.iter().cloned()).unwrap())
}

/// The core does with `input` what the oracle says: at once, chunk by chunk, and in `splits`.
/// Returns the code, or `None` where the envelope opens.
pub fn assert_like_oracle(
    input: &[u8],
    reader: &Reader,
    splits: &[Split],
) -> Option<sealwax::ErrorCode> {
    let expected = oracle::open(input, reader);
    let keks = providers(reader);
    let providers: Vec<&dyn KeyProvider> = keks.iter().map(|kek| kek as _).collect();
    let options = decrypt_options(reader);
    assert_at_once(input, &decrypt(input, &providers, &options), &expected);
    for split in splits.iter().copied().chain([CHUNK_BY_CHUNK]) {
        let outcome = decrypt_pieces(Decryptor::new(&options), input, &providers, split);
        match (&outcome.result, &expected) {
            (Ok(()), Ok(plaintext)) => assert!(outcome.released == *plaintext),
            (Err(error), Err(failure)) => {
                assert_eq!((error.code(), chunk_of_error(error)), (failure.code, failure.chunk));
                assert!(failure.released.starts_with(&outcome.released), "released too much");
                if split == CHUNK_BY_CHUNK {
                    assert_eq!(outcome.released.len(), failure.released.len());
                }
            }
            (found, expected) => panic!("the core: {found:?}, the oracle: {expected:?}"),
        }
    }
    expected.err().map(|failure| failure.code)
}

fn assert_at_once(
    input: &[u8],
    found: &sealwax::Result<Vec<u8>>,
    expected: &Result<Vec<u8>, oracle::Failure>,
) {
    match (found, expected) {
        (Ok(found), Ok(plaintext)) => assert!(found == plaintext),
        (Err(error), Err(failure)) => {
            let found = (error.code(), chunk_of_error(error));
            if found != (failure.code, failure.chunk) {
                // [B-23]: in memory, an impossible length may come before a modified chunk.
                assert_eq!(found.0, sealwax::ErrorCode::Truncated);
                let (_, body) = Header::split(input).unwrap();
                assert!(sealwax::chunked::plaintext_len(body.len() as u64).is_err());
                assert_eq!(failure.code, sealwax::ErrorCode::Authentication);
            }
        }
        (found, expected) => panic!("the core: {found:?}, the oracle: {expected:?}"),
    }
}
