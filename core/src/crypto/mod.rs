//! The primitives: AES-256-GCM, HKDF, HMAC and SHA-512, randomness, and the types of secret keys.

pub mod aead;
pub(crate) mod kdf;
#[cfg(feature = "getrandom")]
pub(crate) mod rng;
pub(crate) mod secret_key;
