//! One use of a key, as it is reported to an observer: operation, outcome, fields, clock.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use core::fmt;
use core::time::Duration;

use super::provider_call::ProviderCall;
use crate::error::{Escaped, ProviderError};
use crate::format::context::ContextRef;

macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident: $($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $word:literal;)+) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum $name { $($(#[doc = $doc])+ $variant = $number,)+ }

        impl $name {
            /// All values, in ascending order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The stable word for logs.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The stable number.
            pub const fn as_u16(self) -> u16 {
                self as u16
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a key was used for.
    KeyOperation:
    /// The KMS generated and wrapped a DEK in one call.
    Generate = 1, "generate";
    /// A DEK was wrapped.
    Wrap = 2, "wrap";
    /// A DEK was unwrapped.
    Unwrap = 3, "unwrap";
    /// A cache had the DEK, and no KMS was called.
    CacheHit = 4, "cache_hit";
}

words! {
    /// What became of it.
    KeyOutcome:
    /// The key was used.
    Ok = 1, "ok";
    /// The wrapped key did not unwrap: it was modified, or it belongs to another key or context.
    Rejected = 2, "rejected";
    /// The KMS denied permission.
    Denied = 3, "denied";
    /// Any other failure: the KMS is unreachable, the key is disabled, the provider has a bug.
    Failed = 4, "failed";
}

impl KeyOutcome {
    /// The outcome of a call that ended with this error, or with success if there is none.
    pub const fn of(error: Option<&ProviderError>) -> Self {
        match error {
            None => KeyOutcome::Ok,
            Some(ProviderError::Rejected | ProviderError::RejectedBecause(_)) => {
                KeyOutcome::Rejected
            }
            Some(ProviderError::Denied(_)) => KeyOutcome::Denied,
            Some(ProviderError::Failed(_)) => KeyOutcome::Failed,
        }
    }
}

/// One use of a key.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeyUse<'a> {
    /// What the key was used for.
    pub operation: KeyOperation,
    /// What became of it.
    pub outcome: KeyOutcome,
    /// Provider id, as in headers.
    pub provider_id: &'a str,
    /// Key id, as in headers; empty if a provider failed before it named its key.
    pub key_id: &'a str,
    /// The encryption context, which the KMS also received.
    pub context: ContextRef<'a>,
    /// Start of the use, as time since 1970-01-01 00:00 UTC.
    pub started: Duration,
    /// Duration of the use.
    pub duration: Duration,
    /// The provider's error, if it failed.
    pub error: Option<&'a ProviderError>,
    /// The id of the request in the log of the KMS, if the provider reported it.
    pub request_id: Option<&'a str>,
    /// A value that the provider attached; see [`ProviderCall::attach`].
    pub attachment: Option<&'a (dyn Any + Send + Sync)>,
}

/// A line for a log: `unwrap by aws-kms with arn:aws:kms:…: denied`. Text from headers is escaped.
impl fmt::Display for KeyUse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key_id = if self.key_id.is_empty() { "no key" } else { self.key_id };
        let (provider_id, key_id) = (Escaped::new(self.provider_id), Escaped::new(key_id));
        write!(f, "{} by {provider_id} with {key_id}: {}", self.operation, self.outcome)
    }
}

/// A point in time by two clocks of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Wall-clock time since 1970-01-01 00:00 UTC.
    pub since_1970: Duration,
    /// Time since some fixed moment, by a monotonic clock.
    pub monotonic: Duration,
}

#[cfg(feature = "std")]
impl Moment {
    /// This moment by the clocks of the operating system.
    pub fn now() -> Self {
        use std::sync::LazyLock;
        use std::time::{Instant, SystemTime, UNIX_EPOCH};
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        Moment {
            since_1970: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            monotonic: START.elapsed(),
        }
    }
}

/// Receives every use of a key from an [`AuditedProvider`](crate::audit::AuditedProvider).
///
/// It is called after the use, on the thread that used the key; several threads may call it at the
/// same time. It adds what it knows about the object, such as its name, itself.
pub trait KeyObserver: Send + Sync {
    /// Records one use.
    fn key_used(&self, used: &KeyUse<'_>);

    /// The current time. The default is `Moment::now` with feature `std`, and zero without it.
    fn now(&self) -> Moment {
        #[cfg(feature = "std")]
        return Moment::now();
        #[cfg(not(feature = "std"))]
        Moment::default()
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<O: KeyObserver + ?Sized> KeyObserver for $pointer {
            fn key_used(&self, used: &KeyUse<'_>) {
                (**self).key_used(used);
            }

            fn now(&self) -> Moment {
                (**self).now()
            }
        }
    )*};
}

forward!(&O, Box<O>, Arc<O>);

/// A use of a key in progress.
///
/// For hosts that call their KMS themselves, for example through an async client between two calls
/// of an [`Encryptor`](crate::Encryptor). They report the same events as an
/// [`AuditedProvider`](crate::audit::AuditedProvider).
pub struct KeyUseInProgress<'o> {
    observer: &'o dyn KeyObserver,
    operation: KeyOperation,
    began: Moment,
}

impl<'o> KeyUseInProgress<'o> {
    /// Starts a use: reads the observer's clock.
    pub fn start(observer: &'o dyn KeyObserver, operation: KeyOperation) -> Self {
        KeyUseInProgress { observer, operation, began: observer.now() }
    }

    /// Reports to the observer how the use ended, with what the provider reported in `call`.
    pub fn end(
        self,
        provider_id: &str,
        key_id: &str,
        call: &ProviderCall<'_>,
        error: Option<&ProviderError>,
    ) {
        let is_hit = error.is_none() && call.is_cache_hit();
        self.observer.key_used(&KeyUse {
            operation: if is_hit { KeyOperation::CacheHit } else { self.operation },
            outcome: KeyOutcome::of(error),
            provider_id,
            key_id,
            context: call.context(),
            started: self.began.since_1970,
            duration: self.observer.now().monotonic.saturating_sub(self.began.monotonic),
            error,
            request_id: call.request_id(),
            attachment: call.attachment(),
        });
    }
}

impl fmt::Debug for KeyUseInProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyUseInProgress")
            .field("operation", &self.operation)
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}
