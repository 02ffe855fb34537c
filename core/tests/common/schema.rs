//! The JSON of `core/vectors/`, explained in its README.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A file in the style of Wycheproof.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File<T> {
    pub algorithm: String,
    pub schema: String,
    pub header: Vec<String>,
    pub notes: BTreeMap<String, Note>,
    pub number_of_tests: usize,
    pub test_groups: Vec<Group<T>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Note {
    pub bug_type: String,
    pub description: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group<T> {
    #[serde(rename = "type")]
    pub kind: String,
    pub tests: Vec<T>,
}

/// Bytes by formula, see [`super::seed::pattern`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pattern {
    pub length: usize,
    pub seed: u8,
    pub sha512: String,
}

/// What was released before a failure.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Released {
    pub length: usize,
    pub sha512: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Failure {
    pub code: u16,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk: Option<u64>,
}

/// A provider that the reader has.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Provider {
    Local { key_id: String, kek: String },
    Fixed { provider_id: String, key_id: String, dek: String },
    Failing { provider_id: String, key_id: String },
}

/// What made a wrapped DEK of the provider `local`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalWrap {
    pub kek: String,
    pub salt: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_field_names)] // the names of the format
pub struct Wrapped {
    pub provider_id: String,
    pub key_id: String,
    pub wrapped_dek: String,
    /// Only where the provider is `local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalWrap>,
}

/// The secrets that made an envelope, for writers that can be given them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encrypt {
    pub dek: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_salt: Option<String>,
    pub body_salt: String,
}

/// Where the bytes are: together, or header and body apart. Base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged, deny_unknown_fields)]
pub enum Object {
    Attached { envelope: String },
    Detached { header: String, body: String },
}

pub type Pairs = Vec<(String, String)>;

/// What the reader is given.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reader {
    pub providers: Vec<Provider>,
    pub required_context: Pairs,
    pub associated_data: String,
    #[serde(flatten)]
    pub object: Object,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidEnvelope {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub plaintext: Pattern,
    pub metadata: Option<Pattern>,
    pub context: Pairs,
    pub header_len: usize,
    pub padding_len: usize,
    pub wrapped_keys: Vec<Wrapped>,
    pub encrypt: Encrypt,
    #[serde(flatten)]
    pub reader: Reader,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvalidEnvelope {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub error: Failure,
    pub released: Released,
    pub open_metadata: bool,
    #[serde(flatten)]
    pub reader: Reader,
}

/// Pairs in any order, and their canonical bytes or the failure of a writer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContextTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub pairs: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// A wrapped DEK of the provider `local`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalWrapTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub kek: String,
    pub key_id: String,
    pub context: Pairs,
    pub wrapped_dek: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dek: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// A wrapped DEK of the provider `hpke`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HpkeWrapTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub secret_key: String,
    pub key_id: String,
    pub context: Pairs,
    pub wrapped_dek: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dek: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub randomness: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// The text form of a secret or a public key: what it is, or the failure.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyTextTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    /// `public` or `secret`: as what the text is read.
    pub read_as: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// A text form and its bytes in base64, or the failure.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// One call of a length function; which arguments there are depends on the function.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LengthTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub function: String,
    pub arguments: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// A header, and what it becomes with other wrapped keys.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RewrapTest {
    pub tc_id: usize,
    pub comment: String,
    pub flags: Vec<String>,
    pub result: String,
    pub dek: String,
    pub header: String,
    pub wrapped_keys: Vec<Wrapped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}
