//! Caches of data keys: the number of KMS calls, and what is never shared.
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

mod callers;
mod concurrency;
mod handles;
mod kms;
mod provider;

use std::time::Duration;

use sealwax::{CacheLimits, EncryptOptions, EncryptionContext};

/// Ten entries for a minute.
fn limits() -> CacheLimits {
    CacheLimits::new(10, Duration::from_mins(1))
}

/// Options for the context `tenant=name`.
fn tenant(name: &str) -> EncryptOptions<'static> {
    let context = EncryptionContext::from_pairs([("tenant", name)]).unwrap();
    EncryptOptions::new().context(context)
}
