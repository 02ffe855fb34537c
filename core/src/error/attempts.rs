//! Failed attempts to wrap or unwrap a DEK, and the errors that providers return.

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, string::String, vec::Vec};

#[cfg(feature = "alloc")]
use super::details::Listed;
#[cfg(feature = "alloc")]
use super::escape::Escaped;

/// The failed attempts to wrap or unwrap a DEK, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Attempts {
    #[cfg(feature = "alloc")]
    list: Vec<Attempt>,
}

/// One failed attempt.
#[cfg(feature = "alloc")]
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Id of the provider.
    pub provider_id: String,
    /// Id of the key that should have wrapped or unwrapped the DEK; empty if the provider does not
    /// name it ([`crate::KeyProvider::wrap_key_id`]).
    pub key_id: String,
    /// The provider's error.
    pub error: ProviderError,
}

#[cfg(feature = "alloc")]
impl Attempt {
    /// A failed attempt of `provider_id` with `key_id`, which is empty if the provider names no
    /// key.
    pub fn new(
        provider_id: impl Into<String>,
        key_id: impl Into<String>,
        error: ProviderError,
    ) -> Self {
        Attempt { provider_id: provider_id.into(), key_id: key_id.into(), error }
    }
}

#[cfg(feature = "alloc")]
impl Attempts {
    /// The failed attempts, first to last.
    pub fn as_slice(&self) -> &[Attempt] {
        &self.list
    }

    /// Consumes the list and returns the failed attempts, first to last.
    pub fn into_vec(self) -> Vec<Attempt> {
        self.list
    }
}

#[cfg(feature = "alloc")]
impl From<Vec<Attempt>> for Attempts {
    fn from(list: Vec<Attempt>) -> Self {
        Attempts { list }
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "alloc")]
        if !self.list.is_empty() {
            write!(f, ": {}", Listed { items: &self.list, separator: "; " })?;
        }
        #[cfg(not(feature = "alloc"))]
        let _ = f;
        Ok(())
    }
}

#[cfg(feature = "alloc")]
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.key_id.is_empty() { "" } else { " " };
        let (provider, key) = (Escaped::new(&self.provider_id), Escaped::new(&self.key_id));
        write!(f, "{provider}{separator}{key}: {}", self.error)
    }
}

/// How a [`crate::KeyProvider`] fails.
#[cfg(feature = "alloc")]
#[derive(Debug)]
#[non_exhaustive]
pub enum ProviderError {
    /// The wrapped key did not unwrap: it was modified, or it belongs to another key or context.
    Rejected,
    /// As [`ProviderError::Rejected`], with the host's own error as the cause.
    RejectedBecause(Box<dyn core::error::Error + Send + Sync>),
    /// The host's KMS denied permission to use the key.
    Denied(Box<dyn core::error::Error + Send + Sync>),
    /// The host's KMS failed in another way: it is unreachable, the key is disabled, the call timed
    /// out.
    Failed(Box<dyn core::error::Error + Send + Sync>),
}

#[cfg(feature = "alloc")]
impl ProviderError {
    /// A failure with the host's own error, or a text, as the cause.
    pub fn failed(cause: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        ProviderError::Failed(cause.into())
    }

    /// A denied permission, with the host's own error, or a text, as the cause.
    pub fn denied(cause: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        ProviderError::Denied(cause.into())
    }

    /// A rejection with the host's own error, or a text, as the cause.
    pub fn rejected(cause: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        ProviderError::RejectedBecause(cause.into())
    }

    /// Whether the wrapped key is at fault, rather than the provider.
    pub const fn is_rejection(&self) -> bool {
        matches!(self, ProviderError::Rejected | ProviderError::RejectedBecause(_))
    }
}

#[cfg(feature = "alloc")]
impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProviderError::Rejected => f.write_str("the wrapped key was rejected"),
            ProviderError::RejectedBecause(cause) => {
                write!(f, "the wrapped key was rejected: {}", Escaped::new(cause))
            }
            ProviderError::Denied(cause) | ProviderError::Failed(cause) => {
                Escaped::new(cause).fmt(f)
            }
        }
    }
}

#[cfg(feature = "alloc")]
impl core::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            ProviderError::Rejected => None,
            ProviderError::RejectedBecause(cause)
            | ProviderError::Denied(cause)
            | ProviderError::Failed(cause) => Some(cause.as_ref()),
        }
    }
}
