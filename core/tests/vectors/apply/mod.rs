//! Applies every vector to the core, read from the published files.

mod invalid;
mod small;
mod valid;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealwax::{Dek, EncryptionContext, Kek, KeyProvider, LocalKek, WrappedKey};
use serde::de::DeserializeOwned;

use crate::common::providers::{Answer, TestProvider};
use crate::common::schema::{File, Object, Pairs, Provider, Wrapped};
use crate::common::seed::unhex;

/// The tests of a file, with their number checked.
fn load<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = std::fs::read_to_string(crate::folder().join(name)).unwrap();
    let file: File<T> = serde_json::from_str(&text).unwrap();
    let count = file.number_of_tests;
    let tests: Vec<T> = file.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!(tests.len(), count);
    assert!(count > 0);
    tests
}

fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

fn context(pairs: &Pairs) -> EncryptionContext {
    EncryptionContext::from_pairs(pairs.iter().cloned()).unwrap()
}

fn dek(hex: &str) -> Dek {
    Dek::from_slice(&unhex(hex)).unwrap()
}

fn local_kek(kek: &str, key_id: &str) -> LocalKek {
    LocalKek::new(Kek::from_slice(&unhex(kek)).unwrap(), key_id).unwrap()
}

fn wrapped_keys(keys: &[Wrapped]) -> Vec<WrappedKey> {
    let key = |key: &Wrapped| {
        WrappedKey::new(
            key.provider_id.as_str(),
            key.key_id.as_str(),
            from_base64(&key.wrapped_dek),
        )
        .unwrap()
    };
    keys.iter().map(key).collect()
}

fn providers(providers: &[Provider]) -> Vec<Box<dyn KeyProvider>> {
    let provider = |provider: &Provider| -> Box<dyn KeyProvider> {
        match provider {
            Provider::Local { key_id, kek } => Box::new(local_kek(kek, key_id)),
            Provider::Fixed { provider_id, key_id, dek } => {
                Box::new(TestProvider::new(provider_id, key_id, Answer::Bytes(unhex(dek))))
            }
            Provider::Failing { provider_id, key_id } => {
                Box::new(TestProvider::new(provider_id, key_id, Answer::Failure))
            }
        }
    };
    providers.iter().map(provider).collect()
}

/// Header where it is detached, and the rest.
fn parts(object: &Object) -> (Option<Vec<u8>>, Vec<u8>) {
    match object {
        Object::Attached { envelope } => (None, from_base64(envelope)),
        Object::Detached { header, body } => (Some(from_base64(header)), from_base64(body)),
    }
}
