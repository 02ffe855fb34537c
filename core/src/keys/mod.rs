//! Wrapping and unwrapping DEKs: the host's providers, the local KEK, public keys.

#[cfg(feature = "async")]
mod async_audited;
#[cfg(feature = "async")]
mod async_provider;
#[cfg(feature = "async")]
mod async_unwrap;
#[cfg(feature = "async")]
mod async_wrap;
pub mod audit;
mod audited_provider;
#[cfg(feature = "std")]
mod caller;
mod forward;
#[cfg(feature = "hpke")]
mod hpke;
mod key_file;
mod key_use;
mod local_expansion;
mod local_kek;
mod provider;
mod provider_call;
mod unwrap_order;
mod wrap_all;
#[cfg(feature = "std")]
mod wrap_concurrent;
mod wrap_outcome;
mod wrapped_key;

#[cfg(feature = "async")]
pub use async_provider::{AsyncKeyProvider, ProviderFuture};
#[cfg(feature = "async")]
pub(crate) use async_unwrap::unwrap_dek_async;
#[cfg(feature = "async")]
pub(crate) use async_wrap::generate_required_async;
#[cfg(feature = "async")]
pub use async_wrap::wrap_dek_async;
#[cfg(feature = "std")]
pub use caller::{Caller, CallerHandle};
#[cfg(feature = "std")]
pub(crate) use caller::{StrandId, current_strand};
#[cfg(feature = "hpke")]
pub use hpke::{HPKE_PROVIDER_ID, HpkeIdentity, HpkeRecipient};
pub use local_expansion::LocalExpansion;
pub use local_kek::LocalKek;
pub(crate) use provider::wrap_key;
pub use provider::{ConcurrentWrap, KeyProvider};
pub use provider_call::ProviderCall;
pub(crate) use unwrap_order::unwrap_dek;
#[cfg(feature = "std")]
pub(crate) use unwrap_order::{ask, unwrap_by};
pub(crate) use wrap_all::generate_required;
pub use wrap_all::{generate_dek, generate_dek_for, wrap_dek};
pub(crate) use wrap_outcome::{Require, failed_wrap};
pub use wrapped_key::WrappedKey;
