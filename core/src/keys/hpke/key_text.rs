//! The text form of public and secret keys: `sealwaxpub1.x25519.` and base64url of the key with a
//! checksum.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::crypto::hpke::HpkeKem;
use crate::crypto::kdf::sha512;
use crate::crypto::secret_key::KEY_LEN;
use crate::error::{Error, Result};
use crate::keys::key_file;

/// What the text form of a public key starts with.
pub(super) const PUBLIC_PREFIX: &str = "sealwaxpub1.";
/// What the text form of a secret key starts with.
pub(super) const SECRET_PREFIX: &str = "sealwaxsec1.";

const CHECKSUM_LEN: usize = 4;

const NOT_A_PUBLIC_KEY: Error =
    Error::InvalidArgument("the text form of a public key starts with sealwaxpub1.");
const NOT_A_SECRET_KEY: Error =
    Error::InvalidArgument("the text form of a secret key starts with sealwaxsec1.");
const SECRET_FOR_PUBLIC: Error = Error::InvalidArgument(
    "this is a secret key: keep it, and give the public one, which starts with sealwaxpub1.",
);
const PUBLIC_FOR_SECRET: Error = Error::InvalidArgument(
    "this is a public key, which only encrypts: the secret one, which decrypts, starts with sealwaxsec1.",
);
const OTHER_KEM: Error = Error::InvalidArgument(
    "the key is neither of x25519 nor of x-wing: a newer Sealwax may know it",
);
const DAMAGED: Error =
    Error::InvalidArgument("the checksum of the key is wrong: a character was changed or lost");
const NOT_ONE_LINE: Error =
    Error::InvalidArgument("a key file has one line with a key, and comments behind #");

/// The prefix of the text form, the name of the KEM and a full stop.
fn head(prefix: &str, kem: HpkeKem) -> String {
    [prefix, kem.as_str(), "."].concat()
}

fn checksum(head: &str, key: &[u8]) -> [u8; CHECKSUM_LEN] {
    let digest = sha512(&[head.as_bytes(), key]);
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}

pub(super) fn encode_public(kem: HpkeKem, key: &[u8]) -> String {
    let mut text = head(PUBLIC_PREFIX, kem);
    let content = [key, &checksum(&text, key)].concat();
    text.push_str(&Base64UrlUnpadded::encode_string(&content));
    text
}

pub(super) fn encode_secret(kem: HpkeKem, key: &[u8; KEY_LEN]) -> Zeroizing<String> {
    const LEN: usize = KEY_LEN + CHECKSUM_LEN;
    let (mut content, head) = (Zeroizing::new([0; LEN]), head(SECRET_PREFIX, kem));
    let (secret, sum) = content.split_at_mut(KEY_LEN);
    secret.copy_from_slice(key);
    sum.copy_from_slice(&checksum(&head, key));
    let mut encoded = Zeroizing::new([0; LEN / 3 * 4]);
    let encoded = Base64UrlUnpadded::encode(content.as_slice(), encoded.as_mut_slice());
    // Reserves all room first: a string that grows leaves copies of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(head.len() + LEN / 3 * 4));
    text.push_str(&head);
    text.push_str(encoded.unwrap_or_default());
    text
}

/// Decodes a key of this prefix, in constant time for a key of its length.
pub(super) fn decode(prefix: &str, text: &str) -> Result<(HpkeKem, Zeroizing<Vec<u8>>)> {
    let rest = text.strip_prefix(prefix).ok_or_else(|| not_this_kind(prefix, text))?;
    let (name, encoded) = rest.split_once('.').ok_or(DAMAGED)?;
    let kem = HpkeKem::from_name(name).ok_or(OTHER_KEM)?;
    let len = if prefix == SECRET_PREFIX { KEY_LEN } else { kem.public_key_len() };
    let mut content = Zeroizing::new(vec![0; len + CHECKSUM_LEN]);
    let decoded = Base64UrlUnpadded::decode(encoded, &mut content).map_err(|_| DAMAGED)?;
    let (key, sum) = decoded.split_at_checked(len).ok_or(DAMAGED)?;
    if sum != checksum(&head(prefix, kem), key) {
        return Err(DAMAGED);
    }
    content.truncate(len);
    Ok((kem, content))
}

fn not_this_kind(prefix: &str, text: &str) -> Error {
    match prefix {
        PUBLIC_PREFIX if text.starts_with(SECRET_PREFIX) => SECRET_FOR_PUBLIC,
        PUBLIC_PREFIX => NOT_A_PUBLIC_KEY,
        _ if text.starts_with(PUBLIC_PREFIX) => PUBLIC_FOR_SECRET,
        _ => NOT_A_SECRET_KEY,
    }
}

/// Whether the first line of a file that holds a key has this prefix.
pub(super) fn is_in_file(prefix: &str, content: &[u8]) -> bool {
    let first = core::str::from_utf8(content).ok().and_then(|text| key_file::lines(text).next());
    first.is_some_and(|line| line.starts_with(prefix))
}

/// The line of a file with a key.
pub(super) fn line_of_file(content: &[u8]) -> Result<&str> {
    let text = core::str::from_utf8(content).map_err(|_| NOT_ONE_LINE)?;
    let mut lines = key_file::lines(text);
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        _ => Err(NOT_ONE_LINE),
    }
}
