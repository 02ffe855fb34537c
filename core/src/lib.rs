//! Envelope encryption: each object is encrypted locally under its own key, and your KMS wraps that
//! key.
//!
//! ```text
//!   your KMS or HSM          this process                          the cloud
//!   ┌───────────┐  wraps   ┌───────────┐  AES-256-GCM in chunks   ┌────────────────┐
//!   │    KEK    │ ───────► │    DEK    │ ───────────────────────► │ header || body │
//!   └───────────┘          └───────────┘   wrapped DEK in header  └────────────────┘
//! ```
//!
//! # Start here
//!
//! ```
//! use sealwax::{DecryptOptions, EncryptOptions, EncryptionContext, Kek, LocalKek, SysRng};
//!
//! let key = LocalKek::new(Kek::generate(&mut SysRng)?, "backup-2026")?;
//! let context = EncryptionContext::from_pairs([("tenant", "blue")])?;
//!
//! let options = EncryptOptions::new().context(context.clone());
//! let envelope = sealwax::encrypt(b"tide table", &[&key], &options)?;
//!
//! let options = DecryptOptions::new().required_context(context);
//! assert_eq!(sealwax::decrypt(&envelope, &[&key], &options)?, b"tide table");
//! # Ok::<(), sealwax::Error>(())
//! ```
//!
//! Anything that implements [`KeyProvider`] can take the place of [`LocalKek`]: AWS KMS, Google
//! Cloud KMS, Azure Key Vault, Vault or `OpenBao` transit, a PKCS#11 HSM. Several providers may
//! wrap one DEK, and any one of them opens the envelope.
//!
//! # The run loop
//!
//! [`Encryptor`] and [`Decryptor`] do no I/O and never wait. Each call of `process` takes what it
//! can from the input, puts what it can into the output, and says what it needs next:
//!
//! | [`Status`] | the host |
//! |---|---|
//! | `NeedInput` | passes more input, or says `end_input()` |
//! | `NeedOutput` | empties the output buffer |
//! | `NeedKey` | wraps or unwraps the DEK through its KMS, in its own time, and provides it |
//! | `Done` | calls `finish()`, which fails unless the message is complete |
//!
//! A state machine belongs to one process: after a `fork`, only one side may go on with it (two
//! would seal different plaintexts under one key and nonce). The adapters of `io` answer
//! [`Error::InvalidState`] on the other side; `OwnProcess` does that for other hosts.
//!
//! Plaintext leaves a [`Decryptor`] only in authentic chunks. An error is sticky, and the output of
//! the failing call is zeroed.
//!
//! # Encrypt to a public key
//!
//! An [`HpkeRecipient`] wraps without a secret and without a KMS: a program that only writes cannot
//! read. The [`HpkeIdentity`] reads. The KEM is X25519, or X-Wing against quantum computers.
//!
//! # Many messages, one KMS call
//!
//! [`EncryptHandle`] and [`DecryptHandle`] hold a DEK and its header for any number of messages;
//! every message has a random salt and with it keys of its own. `CachingEncryptor` and
//! `CachingDecryptor` (feature `std`) keep such handles by encryption context and by header, and
//! `CachingProvider` puts a cache in front of any provider.
//!
//! # Audit log
//!
//! [`audit::AuditedProvider`] in front of a provider tells an [`audit::KeyObserver`] every use of its
//! key, and a cache in front of both tells it the hits: which key, for what, with what outcome, never
//! a key or data. The observer writes events where the program's logs go; an example is in [`audit`].
//!
//! | operation | | outcome | |
//! |---|---|---|---|
//! | `generate` | a DEK was made and wrapped in one call | `ok` | the key was used |
//! | `wrap` | a DEK was wrapped | `rejected` | the wrapped key did not open |
//! | `unwrap` | a DEK was unwrapped | `denied` | the KMS refused the permission |
//! | `cache_hit` | a cache had the DEK | `failed` | anything else |
//!
//! # Features
//!
//! | feature | gives | needs |
//! |---|---|---|
//! | none | [`chunked`], [`header`], keys: parsing and sealing in the caller's buffers | `core` |
//! | `alloc` | owned types, state machines, providers, audit events, text form | `alloc` |
//! | `hpke` (default) | [`HpkeRecipient`], [`HpkeIdentity`]: encrypt to a public key | `alloc` |
//! | `getrandom` | `SysRng`, and calls that take no generator | an operating system |
//! | `std` (default) | files, readers, adapters, caches of data keys; calls that say so start threads | `std` |
//! | `async` | `async_io`: adapters for `AsyncRead` and `AsyncWrite`; `AsyncKeyProvider` | `std` |
//! | `aws-lc` (default) | AES-256-GCM by AWS-LC, several times as fast as the portable one | `std`, a C compiler |
//! | `fips` | all cryptography inside of AWS-LC's FIPS module; see [`aead`] | `std`, a C compiler, `go`, `cmake` |
//! | `imported` | in WebAssembly alone: AES-256-GCM of another module, for the JavaScript package | JavaScript |
//!
//! The format is fixed in [FORMAT.md](https://github.com/sealwax/sealwax/blob/main/core/spec/FORMAT.md),
//! the threat model in [DESIGN.md](https://github.com/sealwax/sealwax/blob/main/core/spec/DESIGN.md).
// Without `alloc` the links of this page lead to types that are not there.
#![cfg_attr(
    not(feature = "alloc"),
    doc = "",
    doc = "[`LocalKek`]: https://docs.rs/sealwax/latest/sealwax/struct.LocalKek.html",
    doc = "[`KeyProvider`]: https://docs.rs/sealwax/latest/sealwax/trait.KeyProvider.html",
    doc = "[`Encryptor`]: https://docs.rs/sealwax/latest/sealwax/struct.Encryptor.html",
    doc = "[`Decryptor`]: https://docs.rs/sealwax/latest/sealwax/struct.Decryptor.html",
    doc = "[`EncryptHandle`]: https://docs.rs/sealwax/latest/sealwax/struct.EncryptHandle.html",
    doc = "[`DecryptHandle`]: https://docs.rs/sealwax/latest/sealwax/struct.DecryptHandle.html",
    doc = "[`audit`]: https://docs.rs/sealwax/latest/sealwax/audit/index.html",
    doc = "[`audit::KeyObserver`]: https://docs.rs/sealwax/latest/sealwax/audit/trait.KeyObserver.html",
    doc = "[`audit::AuditedProvider`]: https://docs.rs/sealwax/latest/sealwax/audit/struct.AuditedProvider.html"
)]
#![cfg_attr(
    not(feature = "hpke"),
    doc = "",
    doc = "[`HpkeRecipient`]: https://docs.rs/sealwax/latest/sealwax/struct.HpkeRecipient.html",
    doc = "[`HpkeIdentity`]: https://docs.rs/sealwax/latest/sealwax/struct.HpkeIdentity.html"
)]
#![cfg_attr(not(feature = "std"), no_std)]
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

mod crypto;
#[cfg(feature = "alloc")]
mod engine;
mod error;
mod format;
#[cfg(feature = "alloc")]
mod keys;
#[cfg(feature = "std")]
mod os;

pub use crypto::aead;
#[cfg(feature = "hpke")]
pub use crypto::hpke::HpkeKem;
#[cfg(feature = "getrandom")]
pub use crypto::rng::SysRng;
pub use crypto::secret_key::{Dek, KEY_LEN, Kek};
#[cfg(feature = "alloc")]
pub use engine::decrypt::{DecryptHandle, DecryptOptions, Decryptor};
#[cfg(feature = "alloc")]
pub use engine::encrypt::{EncryptHandle, EncryptOptions, Encryptor, Padding};
#[cfg(feature = "alloc")]
pub use engine::oneshot::{decrypt, decrypt_into, encrypt_with};
#[cfg(all(feature = "alloc", feature = "getrandom"))]
pub use engine::oneshot::{encrypt, encrypt_into};
#[cfg(feature = "alloc")]
pub use engine::range;
#[cfg(feature = "alloc")]
pub use engine::rewrap::{RewrapMode, rewrap, rewrap_header, rewrap_with};
#[cfg(feature = "alloc")]
pub use error::{Attempt, KeyName, ProviderError};
pub use error::{Attempts, Error, ErrorCode, Escaped, KeyMismatch, PairMismatch, Result};
pub use format::context::ContextRef;
#[cfg(feature = "alloc")]
pub use format::context::EncryptionContext;
pub use format::header::{Header, LOCAL_PROVIDER_ID, WrappedKeyRef};
pub use format::progress::{Progress, Status};
#[cfg(feature = "alloc")]
pub use format::text::{TEXT_PREFIX, from_text, from_text_into, text_len, to_text, to_text_into};
pub use format::{chunked, header, limits};
#[cfg(feature = "async")]
pub use keys::{AsyncKeyProvider, ProviderFuture, wrap_dek_async};
#[cfg(feature = "std")]
pub use keys::{Caller, CallerHandle};
#[cfg(feature = "alloc")]
pub use keys::{
    ConcurrentWrap, KeyProvider, LocalExpansion, LocalKek, ProviderCall, WrappedKey, audit,
    generate_dek, generate_dek_for, wrap_dek,
};
#[cfg(feature = "hpke")]
pub use keys::{HPKE_PROVIDER_ID, HpkeIdentity, HpkeRecipient};
#[cfg(feature = "async")]
pub use os::async_io;
#[cfg(all(feature = "std", any(unix, windows)))]
pub use os::file;
#[cfg(feature = "std")]
pub use os::{
    CacheLimits, CacheStats, CachingDecryptor, CachingEncryptor, CachingProvider, OwnProcess, io,
    parallel, read_at,
};
pub use {rand_core, subtle, zeroize};

/// The examples of the README, run as tests.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../../README.md")]
struct ReadmeDoctests;

/// The examples of the documentation site, run as tests.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../../docs/pages/start/rust.md")]
struct SiteDoctests;
