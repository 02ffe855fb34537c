//! Key providers for tests, in addition to the real local one.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealwax::{Dek, Error, KeyProvider, ProviderCall, ProviderError, WrappedKey, WrappedKeyRef};

/// What a [`TestProvider`] answers to every unwrapping.
pub enum Answer {
    /// These bytes as the DEK, whatever was wrapped.
    Bytes(Vec<u8>),
    /// That the wrapped key does not open.
    Rejection,
    /// That the KMS is out of reach.
    Failure,
    /// That the host stops the call.
    Cancelled,
}

/// A provider with a fixed answer that counts how often it is asked.
pub struct TestProvider {
    provider_id: String,
    key_id: String,
    answer: Answer,
    calls: AtomicUsize,
}

impl TestProvider {
    pub fn new(provider_id: &str, key_id: &str, answer: Answer) -> Self {
        let (provider_id, key_id) = (provider_id.to_owned(), key_id.to_owned());
        TestProvider { provider_id, key_id, answer, calls: AtomicUsize::new(0) }
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl KeyProvider for TestProvider {
    fn provider_id(&self) -> &str {
        &self.provider_id
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key_id == key_id
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.key_id))
    }

    fn wrap(&self, _dek: &Dek, _call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match &self.answer {
            Answer::Bytes(bytes) => {
                WrappedKey::new(self.provider_id.as_str(), self.key_id.as_str(), bytes.as_slice())
                    .map_err(ProviderError::failed)
            }
            Answer::Cancelled => Err(ProviderError::failed(Error::Cancelled)),
            _ => Err(ProviderError::failed("the KMS is out of reach")),
        }
    }

    fn unwrap(
        &self,
        _wrapped: WrappedKeyRef<'_>,
        _call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match &self.answer {
            Answer::Bytes(bytes) => Dek::from_slice(bytes).map_err(ProviderError::failed),
            Answer::Rejection => Err(ProviderError::Rejected),
            Answer::Failure => Err(ProviderError::failed("the KMS is out of reach")),
            Answer::Cancelled => Err(ProviderError::failed(Error::Cancelled)),
        }
    }
}
