//! Wycheproof's vectors of X25519 and ML-KEM-768, against the crates beneath the core. They are not
//! part of this repository: the tests look for the folder that `SEALWAX_SHARED_VECTORS` names, then
//! for `../shared/vectors/` beside the workspace, and pass without either.

use std::path::{Path, PathBuf};

use hpke::kem::{Kem, MlKem768};
use hpke::{Deserializable, Serializable};
use sealwax::{HpkeKem, HpkeRecipient};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::common::seed::{hex, unhex};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<T> {
    test_groups: Vec<Group<T>>,
}

#[derive(Deserialize)]
struct Group<T> {
    tests: Vec<T>,
}

#[derive(Deserialize)]
struct Exchange {
    flags: Vec<String>,
    public: String,
    private: String,
    shared: String,
}

#[derive(Deserialize)]
struct Decapsulation {
    seed: String,
    ek: Option<String>,
    c: String,
    #[serde(rename = "K")]
    shared: String,
    result: String,
}

/// A file of published vectors. A folder that was named must have it.
pub fn load<T: DeserializeOwned>(name: &str) -> Option<T> {
    let folder = std::env::var_os("SEALWAX_SHARED_VECTORS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let path = folder.clone().unwrap_or(beside).join(name);
    if folder.is_none() && !path.exists() {
        println!("{name} is not here: nothing to check");
        return None;
    }
    let text = std::fs::read_to_string(path).expect("the vectors can be read");
    Some(serde_json::from_str(&text).expect("the vectors are JSON"))
}

fn tests<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let groups = load::<File<T>>(name).map_or_else(Vec::new, |file| file.test_groups);
    groups.into_iter().flat_map(|group| group.tests).collect()
}

/// [K-16]: a recipient has a point from which a secret can come, and no other.
#[test]
fn x25519() {
    for test in tests::<Exchange>("x25519_test.json") {
        let [public, private]: [[u8; 32]; 2] =
            [&test.public, &test.private].map(|text| unhex(text).try_into().unwrap());
        assert_eq!(hex(&x25519_dalek::x25519(private, public)), test.shared);
        let is_zero = test.shared == "00".repeat(32);
        assert!(!is_zero || test.flags.iter().any(|flag| flag == "ZeroSharedSecret"));
        let made = HpkeRecipient::from_public_key(HpkeKem::X25519, &public);
        assert_eq!(made.is_err(), is_zero, "{}", test.public);
    }
}

#[test]
fn ml_kem_768() {
    for test in tests::<Decapsulation>("mlkem_768_test.json") {
        let secret = <MlKem768 as Kem>::PrivateKey::from_bytes(&unhex(&test.seed));
        let enc = <MlKem768 as Kem>::EncappedKey::from_bytes(&unhex(&test.c));
        let (Ok(secret), Ok(enc)) = (secret, enc) else {
            assert_eq!(test.result, "invalid");
            continue;
        };
        assert_eq!(test.result, "valid");
        assert_eq!(Some(hex(&MlKem768::sk_to_pk(&secret).to_bytes())), test.ek);
        let shared = MlKem768::decap(&secret, None, &enc).ok().unwrap();
        assert_eq!(hex(&shared.0), test.shared);
    }
}
