//! Envelope encryption.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod aead;
#[cfg(feature = "alloc")]
mod body;
pub mod chunked;
mod codec;
mod context;
#[cfg(feature = "alloc")]
mod decrypt;
#[cfg(feature = "alloc")]
mod encrypt;
mod error;
pub mod header;
mod kdf;
mod key;
pub mod limits;
#[cfg(feature = "alloc")]
mod oneshot;
mod progress;
#[cfg(feature = "alloc")]
pub mod range;
#[cfg(feature = "alloc")]
mod rewrap;
#[cfg(feature = "alloc")]
mod text;
#[cfg(feature = "alloc")]
mod wrap;

pub use context::ContextRef;
#[cfg(feature = "alloc")]
pub use context::EncryptionContext;
#[cfg(feature = "alloc")]
pub use decrypt::{DecryptHandle, DecryptOptions, Decryptor};
#[cfg(feature = "alloc")]
pub use encrypt::{EncryptHandle, EncryptOptions, Encryptor, Padding};
#[cfg(feature = "alloc")]
pub use error::{Attempt, ProviderError};
pub use error::{Attempts, Error, ErrorCode, Result};
#[cfg(feature = "getrandom")]
pub use getrandom::SysRng;
pub use header::{Header, WrappedKeyRef};
pub use key::{Dek, KEY_LEN, Kek};
#[cfg(all(feature = "alloc", feature = "getrandom"))]
pub use oneshot::encrypt;
#[cfg(feature = "alloc")]
pub use oneshot::{decrypt, encrypt_with};
pub use progress::{Progress, Status};
pub use rand_core;
#[cfg(feature = "alloc")]
pub use rewrap::{RewrapMode, rewrap, rewrap_header, rewrap_with};
#[cfg(feature = "alloc")]
pub use text::{TEXT_PREFIX, from_text, to_text};
#[cfg(feature = "alloc")]
pub use wrap::{KeyProvider, LocalKek, WrappedKey, generate_dek, wrap_dek};
