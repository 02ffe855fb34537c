//! AES-256-GCM by the crate `aes-gcm`, made ready for use under one key.
//!
//! Its code is generic, so it is compiled where it is used first: in a crate of its own, for one reason.
//! A module for browsers is compiled for size, and this by its profile for speed, which makes it three
//! times as fast and no larger. With the feature `imported`, a module has the same type without its code.
#![no_std]
// The imports are declared by a macro, which writes unsafe code.
#![cfg_attr(not(all(feature = "imported", target_family = "wasm")), forbid(unsafe_code))]
#![deny(missing_docs)]

#[cfg_attr(all(feature = "imported", target_family = "wasm"), path = "imported.rs")]
mod cipher;

pub use cipher::Aes256Gcm;

/// Length of the key, in bytes.
pub const KEY_LEN: usize = 32;
/// Length of the nonce, in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag, in bytes.
pub const TAG_LEN: usize = 16;

/// Not authentic, or lengths that do not fit.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

impl core::fmt::Debug for Aes256Gcm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Aes256Gcm(redacted)")
    }
}
