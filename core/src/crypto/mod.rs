//! The primitives: AES-256-GCM, HKDF, HMAC and SHA-512, HPKE, randomness, and the types of secret keys.

pub mod aead;
#[cfg(feature = "hpke")]
pub(crate) mod hpke;
pub(crate) mod kdf;
#[cfg(feature = "getrandom")]
pub(crate) mod rng;
pub(crate) mod secret_key;
