//! A naive writer of the provider `hpke`: the KEM is of the crate beneath the core, the key schedule
//! of RFC 9180 is written out.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use hmac::{Hmac, Mac};
use hpke::kem::{Kem, X25519HkdfSha256, XWing};
use hpke::{Deserializable, Serializable};
use sha2::{Digest, Sha256, Sha512};

use super::seed::Queue;

/// The numbers of the KEMs, by IANA.
pub const X25519: u16 = 0x0020;
pub const X_WING: u16 = 0x647a;

/// The name of a KEM in text forms and key ids.
pub fn kem_name(kem: u16) -> &'static str {
    if kem == X25519 { "x25519" } else { "x-wing" }
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The key schedule of RFC 9180, section 5.1, in base mode with HKDF-SHA256.
pub struct Suite {
    id: Vec<u8>,
}

impl Suite {
    pub fn new(kem: u16, aead: u16) -> Self {
        let ids = [kem, 1, aead].map(u16::to_be_bytes).concat();
        Suite { id: [b"HPKE".as_slice(), &ids].concat() }
    }

    fn extract(&self, salt: &[u8], label: &str, ikm: &[u8]) -> [u8; 32] {
        hmac_sha256(salt, &[b"HPKE-v1", &self.id, label.as_bytes(), ikm])
    }

    /// At most one block, which is all that is needed.
    fn expand(&self, prk: &[u8], label: &str, info: &[u8], len: u16) -> Vec<u8> {
        let len_bytes = len.to_be_bytes();
        let parts = [&len_bytes, b"HPKE-v1".as_slice(), &self.id, label.as_bytes(), info, &[1]];
        hmac_sha256(prk, &parts)[..usize::from(len)].to_vec()
    }

    /// Key and base nonce.
    pub fn keys(&self, shared: &[u8], info: &[u8], key_len: u16) -> (Vec<u8>, [u8; 12]) {
        let parts = [("psk_id_hash", [].as_slice()), ("info_hash", info)];
        let hashes = parts.map(|(label, ikm)| self.extract(&[], label, ikm)).concat();
        let context = [[0].as_slice(), &hashes].concat();
        let secret = self.extract(shared, "secret", &[]);
        let nonce = self.expand(&secret, "base_nonce", &context, 12);
        (self.expand(&secret, "key", &context, key_len), nonce.try_into().expect("12"))
    }
}

/// `enc` and the shared secret, from the randomness that a writer draws.
pub fn encapsulate(kem: u16, public_key: &[u8], randomness: &[u8]) -> (Vec<u8>, Vec<u8>) {
    fn by<K: Kem>(public_key: &[u8], randomness: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let key = K::PublicKey::from_bytes(public_key).unwrap();
        let mut queue = Queue::new(randomness.iter().copied());
        let (shared, enc) = K::encap_with_rng(&key, None, &mut queue).unwrap();
        assert!(queue.is_used_up());
        (enc.to_bytes().to_vec(), shared.0.to_vec())
    }
    match kem {
        X25519 => by::<X25519HkdfSha256>(public_key, randomness),
        _ => by::<XWing>(public_key, randomness),
    }
}

/// What [K-13] binds a wrap to.
pub fn info(key_id: &str, canonical_context: &[u8]) -> Vec<u8> {
    let len = u16::try_from(key_id.len()).unwrap().to_be_bytes();
    [b"sealwax/v1 hpke\0".as_slice(), &len, key_id.as_bytes(), canonical_context].concat()
}

/// The wrapped DEK of a shared secret that was encapsulated already.
pub fn wrap_under(kem: u16, enc: &[u8], shared: &[u8], info: &[u8], dek: &[u8]) -> Vec<u8> {
    let (key, nonce) = Suite::new(kem, 2).keys(shared, info, 32);
    let mut sealed = dek.to_vec();
    let key: [u8; 32] = key.try_into().unwrap();
    let tag = Aes256Gcm::new(&key.into())
        .encrypt_inout_detached(&nonce.into(), &[], sealed.as_mut_slice().into())
        .unwrap();
    [&kem.to_be_bytes(), enc, &sealed, &tag].concat()
}

/// The public key of a secret one.
pub fn public_key(kem: u16, secret: &[u8; 32]) -> Vec<u8> {
    fn by<K: Kem>(secret: &[u8]) -> Vec<u8> {
        K::sk_to_pk(&K::PrivateKey::from_bytes(secret).unwrap()).to_bytes().to_vec()
    }
    match kem {
        X25519 => by::<X25519HkdfSha256>(secret),
        _ => by::<XWing>(secret),
    }
}

/// [K-14]: the name that a key has by default.
pub fn fingerprint(kem: u16, public_key: &[u8]) -> String {
    format!("{}:{}", kem_name(kem), super::seed::hex(&Sha512::digest(public_key)[..16]))
}

/// [K-17]: the text form of a key, behind `sealwaxpub1.x25519.` or the like.
pub fn key_text(head: &str, key: &[u8]) -> String {
    use base64::Engine as _;
    let sum = Sha512::new().chain_update(head).chain_update(key).finalize();
    let encoded =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([key, &sum[..4]].concat());
    format!("{head}{encoded}")
}
