//! The primitives: AES-256-GCM, HKDF and SHA-512, randomness, and the keys that hold secrets.

pub mod aead;
pub(crate) mod kdf;
#[cfg(feature = "getrandom")]
pub(crate) mod rng;
pub(crate) mod secret_key;
