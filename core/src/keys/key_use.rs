//! One use of a key, as an observer is told of it: words, fields, clock.

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
            /// All of them, in ascending order of their numbers.
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
    /// What was asked of a key.
    KeyOperation:
    /// A DEK was made and wrapped in one call of the KMS.
    Generate = 1, "generate";
    /// A DEK was wrapped.
    Wrap = 2, "wrap";
    /// A DEK was unwrapped.
    Unwrap = 3, "unwrap";
    /// A cache had the DEK, and no KMS was asked.
    CacheHit = 4, "cache_hit";
}

words! {
    /// What became of it.
    KeyOutcome:
    /// The key was used.
    Ok = 1, "ok";
    /// The wrapped key did not open: it was modified, or belongs to another key or context.
    Rejected = 2, "rejected";
    /// The KMS refused the permission.
    Denied = 3, "denied";
    /// Anything else: the KMS was not reached, the key is disabled, the provider has a fault.
    Failed = 4, "failed";
}

impl KeyOutcome {
    /// The outcome of a call that ended with this error, if with any.
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
    /// What was asked of the key.
    pub operation: KeyOperation,
    /// What became of it.
    pub outcome: KeyOutcome,
    /// The kind of provider, as headers name it.
    pub provider_id: &'a str,
    /// The key, as headers name it; empty where a provider failed before it named one.
    pub key_id: &'a str,
    /// The encryption context, which the KMS was given, too.
    pub context: ContextRef<'a>,
    /// When it began, as time since 1970-01-01 00:00 UTC.
    pub started: Duration,
    /// How long it took.
    pub duration: Duration,
    /// What the provider answered, where it failed.
    pub error: Option<&'a ProviderError>,
    /// The id of the request in the log of the KMS, where the provider reported it.
    pub request_id: Option<&'a str>,
    /// What else the provider reported; see [`ProviderCall::attach`].
    pub attachment: Option<&'a (dyn Any + Send + Sync)>,
}

/// A line for a log: `unwrap by aws-kms with arn:aws:kms:…: denied`. What a header says is escaped.
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
    /// Time since 1970-01-01 00:00 UTC, by the clock that people set.
    pub since_1970: Duration,
    /// Time since any fixed moment, by a clock that never goes back.
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

/// Is told of every use of a key by an [`AuditedProvider`](crate::audit::AuditedProvider).
///
/// It is told after the use, on the thread that used the key, and by several threads at the same
/// time. What it knows of the object at hand, such as its name, it adds itself.
pub trait KeyObserver: Send + Sync {
    /// Takes note of one use.
    fn key_used(&self, used: &KeyUse<'_>);

    /// The time. The default is `Moment::now` with feature `std`, and zero without.
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
/// For hosts that ask their KMS themselves, such as by an async client between two calls of an
/// [`Encryptor`](crate::Encryptor): they report in the same words as an
/// [`AuditedProvider`](crate::audit::AuditedProvider).
pub struct KeyUseInProgress<'o> {
    observer: &'o dyn KeyObserver,
    operation: KeyOperation,
    began: Moment,
}

impl<'o> KeyUseInProgress<'o> {
    /// Looks at the observer's clock.
    pub fn start(observer: &'o dyn KeyObserver, operation: KeyOperation) -> Self {
        KeyUseInProgress { observer, operation, began: observer.now() }
    }

    /// Tells the observer how the use ended, and what the provider reported in `call`.
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
