//! Vectors of RFC 9180, and of hpke-pq where its file is at hand. Their AEADs are others, so the KEM
//! and the key schedule are compared, and with them the core's wraps.

use sealwax::{ContextRef, Dek, HpkeIdentity, HpkeKem, HpkeRecipient, Kek, KeyProvider};
use serde::Deserialize;

use crate::common::raw_hpke::{Suite, info, wrap_under};
use crate::common::seed::{Queue, hex, unhex};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[allow(non_snake_case)] // the names of the RFC
struct Vector {
    kem_id: u16,
    kdf_id: u16,
    aead_id: u16,
    info: String,
    ikmE: String,
    skRm: String,
    pkRm: String,
    enc: String,
    shared_secret: String,
    key: String,
    base_nonce: String,
}

/// RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode.
fn rfc_9180() -> Vector {
    Vector {
        kem_id: 0x0020,
        kdf_id: 1,
        aead_id: 1,
        info: "4f6465206f6e2061204772656369616e2055726e".into(),
        ikmE: "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234".into(),
        skRm: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8".into(),
        pkRm: "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d".into(),
        enc: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431".into(),
        shared_secret: "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc".into(),
        key: "4531685d41d65f03dc48f6b8302c05b0".into(),
        base_nonce: "56d890e5accaaf011cff4b7d".into(),
    }
}

/// [K-12], [K-13]: the core wraps to the published `enc` under the published secret, and unwraps it.
fn compare(vector: &Vector, kem: HpkeKem) {
    assert_eq!((vector.kem_id, vector.kdf_id), (kem.id(), 1));
    let shared = unhex(&vector.shared_secret);
    let key_len = u16::try_from(vector.key.len() / 2).unwrap();
    let suite = Suite::new(vector.kem_id, vector.aead_id);
    let (key, nonce) = suite.keys(&shared, &unhex(&vector.info), key_len);
    assert_eq!((hex(&key), hex(&nonce)), (vector.key.clone(), vector.base_nonce.clone()));

    let recipient = HpkeRecipient::from_public_key(kem, &unhex(&vector.pkRm)).unwrap();
    let secret = Kek::from_slice(&unhex(&vector.skRm)).unwrap();
    let identity = HpkeIdentity::new(kem, secret).unwrap();
    assert_eq!(identity.recipient().public_key(), recipient.public_key());

    let dek = Dek::from_slice(&[7; 32]).unwrap();
    let mut rng = Queue::new(unhex(&vector.ikmE));
    let wrapped = recipient.wrap_with(&dek, ContextRef::EMPTY, &mut rng).unwrap();
    let info = info(recipient.key_id(), ContextRef::EMPTY.as_bytes());
    let expected = wrap_under(kem.id(), &unhex(&vector.enc), &shared, &info, &[7; 32]);
    assert_eq!(wrapped.view().wrapped_dek, expected);
    let found = identity.unwrap(wrapped.view(), &mut ContextRef::EMPTY.into()).unwrap();
    assert_eq!(found.expose(), dek.expose());
}

#[test]
fn the_vector_of_rfc_9180() {
    compare(&rfc_9180(), HpkeKem::X25519);
}

#[test]
fn the_vector_of_hpke_pq() {
    let Some(file) = crate::wycheproof::load::<File>("hpke_pq.json") else { return };
    let of_x_wing = |vector: &&Vector| vector.kem_id == HpkeKem::XWing.id();
    let vectors: Vec<_> = file.vectors.iter().filter(of_x_wing).collect();
    assert!(!vectors.is_empty());
    for vector in vectors {
        compare(vector, HpkeKem::XWing);
    }
}
