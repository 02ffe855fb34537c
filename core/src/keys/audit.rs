//! Events for an audit log: which key was used, for what, and with what outcome.
//!
//! Only the code that calls a provider, or caches its result, can tell a use of a key from a cache
//! hit. The providers and caches of this crate therefore report both, and a [`KeyObserver`] of the
//! host writes them to its logs. The words are the same in every language.
//!
//! ```
//! use sealwax::audit::{AuditedProvider, KeyObserver, KeyUse};
//! use sealwax::{DecryptOptions, EncryptOptions, Kek, LocalKek, SysRng};
//! # use std::sync::Mutex;
//! # static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
//! # fn write(line: String) { LINES.lock().unwrap().push(line) }
//!
//! struct Log;
//!
//! impl KeyObserver for Log {
//!     fn key_used(&self, used: &KeyUse<'_>) {
//!         write(used.to_string()); // or `log::info!`, or an event of `tracing` with its fields
//!     }
//! }
//!
//! let key = LocalKek::new(Kek::generate(&mut SysRng)?, "backup-2026")?;
//! let key = AuditedProvider::new(key, Log);
//! let envelope = sealwax::encrypt(b"tide table", &[&key], &EncryptOptions::new())?;
//! sealwax::decrypt(&envelope, &[&key], &DecryptOptions::new())?;
//! # assert_eq!(*LINES.lock().unwrap(), [
//! #     "wrap by local with backup-2026: ok",
//! #     "unwrap by local with backup-2026: ok",
//! # ]);
//! # Ok::<(), sealwax::Error>(())
//! ```
//!
//! # Security
//! An event holds public names and the encryption context, which the KMS logs as well. It holds no
//! key and no data. [`KeyUse::error`] is the provider's own error: log only the parts that cannot
//! hold a secret.

pub use super::audited_provider::AuditedProvider;
pub use super::key_use::{KeyObserver, KeyOperation, KeyOutcome, KeyUse, KeyUseInProgress, Moment};
