//! An owned wrapped key.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{KeyName, ProviderError, Result};
use crate::format::header::WrappedKeyRef;

/// A DEK as a provider wrapped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    provider_id: String,
    key_id: String,
    wrapped_dek: Vec<u8>,
}

impl WrappedKey {
    /// Makes a wrapped key from what a KMS returned.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for an empty part,
    /// [`Error::LimitExceeded`](crate::Error::LimitExceeded) for an id or a
    /// wrapped DEK over its limit.
    pub fn new(
        provider_id: impl Into<String>,
        key_id: impl Into<String>,
        wrapped_dek: impl Into<Vec<u8>>,
    ) -> Result<Self> {
        let key = WrappedKey {
            provider_id: provider_id.into(),
            key_id: key_id.into(),
            wrapped_dek: wrapped_dek.into(),
        };
        key.view().check()?;
        Ok(key)
    }

    /// Borrows the wrapped key.
    pub fn view(&self) -> WrappedKeyRef<'_> {
        WrappedKeyRef {
            provider_id: &self.provider_id,
            key_id: &self.key_id,
            wrapped_dek: &self.wrapped_dek,
        }
    }

    /// Rejects a wrapped key whose provider id is not that of the provider that made it: no reader
    /// could unwrap it.
    pub(crate) fn check_provider_id(self, provider_id: &str) -> Result<Self, ProviderError> {
        if self.provider_id == provider_id {
            Ok(self)
        } else {
            Err(ProviderError::failed("the wrapped key names another provider"))
        }
    }
}

impl From<WrappedKeyRef<'_>> for WrappedKey {
    fn from(key: WrappedKeyRef<'_>) -> Self {
        WrappedKey {
            provider_id: key.provider_id.to_owned(),
            key_id: key.key_id.to_owned(),
            wrapped_dek: key.wrapped_dek.to_owned(),
        }
    }
}

impl From<WrappedKeyRef<'_>> for KeyName {
    fn from(key: WrappedKeyRef<'_>) -> Self {
        KeyName { provider_id: key.provider_id.to_owned(), key_id: key.key_id.to_owned() }
    }
}
