//! One envelope to generate: the inputs of its writer and its reader.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealwax::ErrorCode;

use crate::common::raw::{self, Message, RawHeader};
use crate::common::schema::{
    Encrypt, Failure, InvalidEnvelope, LocalWrap, Object, Pairs, Pattern, Provider, Reader,
    Released, ValidEnvelope, Wrapped,
};
use crate::common::seed::{derived, hex, pattern, sha512_hex};

/// The local key that a case has unless it says otherwise.
pub const KEY_ID: &str = "kek-1";

#[derive(Clone)]
pub enum Key {
    /// Wrapped by the provider `local` under [`kek`].
    Local(String),
    /// The same with the KEK that [`kek`] has for another name.
    LocalUnder(String, &'static str),
    /// Provider id, key id, wrapped DEK.
    Opaque(String, String, Vec<u8>),
}

/// The salt is derived from the comment, so no two cases may have the same one.
#[derive(Clone)]
pub struct Case {
    pub comment: String,
    pub flags: Vec<&'static str>,
    pub dek: [u8; 32],
    pub plaintext_len: usize,
    pub pairs: Pairs,
    pub metadata_len: Option<usize>,
    pub keys: Vec<Key>,
    pub header_len: Option<usize>,
    pub associated_data: Vec<u8>,
    pub detached: bool,
    pub required: Pairs,
    pub providers: Vec<Provider>,
}

/// A case with its bytes, still in parts.
#[derive(Clone)]
pub struct Built {
    pub case: Case,
    pub header: RawHeader,
    pub plaintext: Vec<u8>,
}

/// The KEK of a key id, the same in all vectors.
pub fn kek(key_id: &str) -> [u8; 32] {
    derived(&format!("kek/{key_id}"))
}

pub fn local(key_id: &str) -> Provider {
    Provider::Local { key_id: key_id.to_owned(), kek: hex(&kek(key_id)) }
}

pub fn fixed(provider_id: &str, key_id: &str, dek: &[u8]) -> Provider {
    let (provider_id, key_id) = (provider_id.to_owned(), key_id.to_owned());
    Provider::Fixed { provider_id, key_id, dek: hex(dek) }
}

pub fn failing(provider_id: &str, key_id: &str) -> Provider {
    Provider::Failing { provider_id: provider_id.to_owned(), key_id: key_id.to_owned() }
}

pub fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Canonical bytes of valid pairs, in byte order.
pub fn canonical(pairs: &Pairs) -> Vec<u8> {
    let mut sorted: Vec<(&[u8], &[u8])> =
        pairs.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect();
    sorted.sort_unstable();
    raw::context(&sorted)
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

pub fn failure(code: ErrorCode, chunk: Option<u64>) -> Failure {
    Failure { code: code.as_u16(), name: code.as_str().to_owned(), chunk }
}

pub fn strings(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

impl Case {
    /// 40 bytes under one local KEK, one context pair, nothing else.
    pub fn new(comment: impl Into<String>) -> Self {
        let comment = comment.into();
        Case {
            flags: Vec::new(),
            dek: derived(&format!("{comment}/dek")),
            plaintext_len: 40,
            pairs: pairs(&[("tenant", "acme")]),
            metadata_len: None,
            keys: vec![Key::Local(KEY_ID.to_owned())],
            header_len: None,
            associated_data: Vec::new(),
            detached: false,
            required: Vec::new(),
            providers: vec![local(KEY_ID)],
            comment,
        }
    }

    pub fn flag(mut self, flag: &'static str) -> Self {
        self.flags.push(flag);
        self
    }

    pub fn len(mut self, plaintext_len: usize) -> Self {
        self.plaintext_len = plaintext_len;
        self
    }

    pub fn context(mut self, context: Pairs) -> Self {
        self.pairs = context;
        self
    }

    pub fn keys(mut self, keys: impl Into<Vec<Key>>) -> Self {
        self.keys = keys.into();
        self
    }

    pub fn providers(mut self, providers: impl Into<Vec<Provider>>) -> Self {
        self.providers = providers.into();
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn salt(&self, of: &str) -> [u8; 24] {
        derived(&format!("{}/salt/{of}", self.comment))
    }

    /// Plaintexts of equal length still differ from case to case.
    fn seed(&self) -> u8 {
        derived::<1>(&format!("{}/plaintext", self.comment))[0]
    }

    fn wrapped(&self, index: usize, key: &Key) -> Wrapped {
        match key {
            Key::Local(key_id) => self.wrapped_locally(index, key_id, &kek(key_id)),
            Key::LocalUnder(key_id, name) => self.wrapped_locally(index, key_id, &kek(name)),
            Key::Opaque(provider_id, key_id, wrapped) => Wrapped {
                provider_id: provider_id.clone(),
                key_id: key_id.clone(),
                wrapped_dek: base64(wrapped),
                local: None,
            },
        }
    }

    fn wrapped_locally(&self, index: usize, key_id: &str, kek: &[u8; 32]) -> Wrapped {
        let salt = self.salt(&format!("wrap/{index}"));
        let wrapped = raw::local_wrap(kek, key_id, &canonical(&self.pairs), &salt, &self.dek);
        Wrapped {
            provider_id: "local".to_owned(),
            key_id: key_id.to_owned(),
            wrapped_dek: base64(&wrapped),
            local: Some(LocalWrap { kek: hex(kek), salt: hex(&salt) }),
        }
    }

    pub fn wrapped_keys(&self) -> Vec<Wrapped> {
        self.keys.iter().enumerate().map(|(index, key)| self.wrapped(index, key)).collect()
    }

    pub fn build(self) -> Built {
        let mut header = RawHeader::new(canonical(&self.pairs), records(&self.wrapped_keys()));
        if let Some(len) = self.metadata_len {
            let message = raw::metadata_message(&self.dek, &self.salt("metadata"));
            header.metadata = message.seal(&pattern(len, self.seed()));
        }
        if let Some(header_len) = self.header_len {
            header.padding = vec![0; header_len - header.needed_len()];
        }
        Built { plaintext: pattern(self.plaintext_len, self.seed()), header, case: self }
    }

    fn reader(&self, header: &[u8], body: &[u8]) -> Reader {
        let object = if self.detached {
            Object::Detached { header: base64(header), body: base64(body) }
        } else {
            Object::Attached { envelope: base64(&[header, body].concat()) }
        };
        Reader {
            providers: self.providers.clone(),
            required_context: self.required.clone(),
            associated_data: hex(&self.associated_data),
            object,
        }
    }
}

/// Wrapped keys as they stand in the header.
pub fn records(keys: &[Wrapped]) -> Vec<Vec<u8>> {
    let record = |key: &Wrapped| {
        let wrapped = from_base64(&key.wrapped_dek);
        raw::record(key.provider_id.as_bytes(), key.key_id.as_bytes(), &wrapped)
    };
    keys.iter().map(record).collect()
}

impl Built {
    pub fn header_bytes(&self) -> Vec<u8> {
        self.header.encode(&self.case.dek)
    }

    pub fn message(&self) -> Message {
        let salt = self.case.salt("body");
        self.header.body_message(&self.case.dek, &salt, &self.case.associated_data)
    }

    pub fn body(&self) -> Vec<u8> {
        self.message().seal(&self.plaintext)
    }

    pub fn envelope(&self) -> Vec<u8> {
        [self.header_bytes(), self.body()].concat()
    }

    pub fn valid(self) -> ValidEnvelope {
        let (header, body) = (self.header_bytes(), self.body());
        let Case { dek, metadata_len, .. } = &self.case;
        let seed = self.case.seed();
        let by_formula =
            |len| Pattern { length: len, seed, sha512: sha512_hex(&pattern(len, seed)) };
        ValidEnvelope {
            tc_id: 0,
            comment: self.case.comment.clone(),
            flags: strings(&self.case.flags),
            result: "valid".to_owned(),
            plaintext: by_formula(self.case.plaintext_len),
            metadata: metadata_len.map(by_formula),
            context: self.case.pairs.clone(),
            header_len: header.len(),
            padding_len: self.header.padding.len(),
            wrapped_keys: self.case.wrapped_keys(),
            encrypt: Encrypt {
                dek: hex(dek),
                metadata_salt: metadata_len.map(|_| hex(&self.case.salt("metadata"))),
                body_salt: hex(&self.case.salt("body")),
            },
            reader: self.case.reader(&header, &body),
        }
    }

    /// What the reader must report of this header and body, of which `released` bytes leave.
    pub fn invalid_parts(
        &self,
        failure: Failure,
        released: usize,
        header: &[u8],
        body: &[u8],
    ) -> InvalidEnvelope {
        let sha512 = sha512_hex(&self.plaintext[..released]);
        InvalidEnvelope {
            tc_id: 0,
            comment: self.case.comment.clone(),
            flags: strings(&self.case.flags),
            result: "invalid".to_owned(),
            error: failure,
            released: Released { length: released, sha512 },
            open_metadata: false,
            reader: self.case.reader(header, body),
        }
    }

    /// The case as it is must fail, with nothing released.
    pub fn invalid(&self, code: ErrorCode) -> InvalidEnvelope {
        self.invalid_parts(failure(code, None), 0, &self.header_bytes(), &self.body())
    }
}
