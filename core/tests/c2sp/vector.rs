//! Reading the vectors.

use std::path::{Path, PathBuf};

use sealwax::chunked::{PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use sealwax::{Error, ErrorCode};
use serde::Deserialize;

use crate::common::seed::{sha512_hex, unhex};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    aead: String,
    sha: String,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    tc_id: usize,
    comment: String,
    flags: Vec<String>,
    key: String,
    ctx: String,
    ct: String,
    aead_key: Option<String>,
    base_nonce: Option<String>,
    msg_length: Option<usize>,
    msg_sha512: Option<String>,
    result: String,
}

/// One vector, decoded.
pub struct Vector {
    pub id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub key: Vec<u8>,
    pub context: Vec<u8>,
    pub message: Vec<u8>,
    /// Key and base nonce, where a message can be opened without its prefix.
    pub raw: Option<([u8; 32], [u8; 12])>,
    pub is_valid: bool,
    plaintext: Option<(usize, String)>,
}

impl Vector {
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }

    /// How much plaintext may be released: all, a valid prefix, or nothing.
    pub fn released_len(&self) -> usize {
        self.plaintext.as_ref().map_or(0, |(len, _)| *len)
    }

    fn ends_within_a_tag(&self) -> bool {
        let chunks = self.message.len().saturating_sub(PREFIX_LEN);
        (1..TAG_LEN).contains(&(chunks % SEALED_CHUNK_LEN))
    }

    /// `bytes` are the plaintext, or the valid prefix of it.
    pub fn assert_is_message(&self, bytes: &[u8]) {
        let (len, sha512) = self.plaintext.as_ref().expect("the vector has a plaintext");
        assert_eq!(bytes.len(), *len);
        assert_eq!(sha512_hex(bytes), *sha512);
    }

    /// The code fits what the flags say of the cause.
    pub fn assert_is_failure(&self, error: &Error) {
        let allowed: &[ErrorCode] = match self {
            _ if self.has("InvalidKeySize") => &[ErrorCode::InvalidArgument],
            _ if self.has("WrongKey") || self.has("WrongContext") => {
                &[ErrorCode::CommitmentMismatch]
            }
            _ if self.has("HeaderFailure") && self.has("Truncation") => &[ErrorCode::Truncated],
            _ if self.has("HeaderFailure") => &[ErrorCode::CommitmentMismatch],
            // A cut inside of a chunk cannot be told from a modified chunk.
            _ if self.has("Truncation") => &[ErrorCode::Truncated, ErrorCode::Authentication],
            // Nor can less than a tag behind the last full chunk be told from a cut.
            _ if self.ends_within_a_tag() => &[ErrorCode::Truncated, ErrorCode::Authentication],
            _ => &[ErrorCode::Authentication],
        };
        assert!(allowed.contains(&error.code()), "{error}");
    }
}

impl From<Test> for Vector {
    fn from(test: Test) -> Self {
        let zlib = unhex(&test.ct);
        let message = miniz_oxide::inflate::decompress_to_vec_zlib(&zlib).expect("zlib");
        let raw = test.aead_key.zip(test.base_nonce).map(|(key, nonce)| {
            (unhex(&key).try_into().expect("32 bytes"), unhex(&nonce).try_into().expect("12 bytes"))
        });
        Vector {
            id: test.tc_id,
            comment: test.comment,
            flags: test.flags,
            key: unhex(&test.key),
            context: unhex(&test.ctx),
            message,
            raw,
            is_valid: test.result == "valid",
            plaintext: test.msg_length.zip(test.msg_sha512),
        }
    }
}

const NAME: &str = "c2sp_chunked_encryption_aes_256_gcm.json";

/// All vectors, or `None` where there is no file. A file that was named must be there.
pub fn load() -> Option<Vec<Vector>> {
    let path = if let Some(path) = std::env::var_os("SEALWAX_C2SP_VECTORS") {
        PathBuf::from(path)
    } else {
        let core = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = core.join("../../shared/vectors").join(NAME);
        if !path.exists() {
            return None;
        }
        path
    };
    let text = std::fs::read_to_string(path).expect("the vectors can be read");
    let file: File = serde_json::from_str(&text).expect("the vectors are JSON");
    let vectors: Vec<Vector> = file
        .test_groups
        .into_iter()
        .filter(|group| group.aead == "AEAD_AES_256_GCM" && group.sha == "SHA-512")
        .flat_map(|group| group.tests)
        .map(Vector::from)
        .collect();
    assert_eq!(vectors.len(), file.number_of_tests, "the file holds another suite");
    Some(vectors)
}
