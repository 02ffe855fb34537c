//! A KMS with scripted results, and an observer that records events.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sealwax::audit::{KeyObserver, KeyUse};
use sealwax::{Dek, KeyProvider, ProviderCall, ProviderError, SysRng, WrappedKey, WrappedKeyRef};
use serde::Deserialize;

/// What a [`MaskingKms`] does with the next calls.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    Works,
    Fails,
    Denies,
    Rejects,
}

/// A KMS that masks DEKs with a constant and gives its requests the ids `req-1`, `req-2` and so on.
pub struct MaskingKms {
    mood: Mutex<Mood>,
    requests: AtomicUsize,
}

impl MaskingKms {
    pub const fn new() -> Self {
        MaskingKms { mood: Mutex::new(Mood::Works), requests: AtomicUsize::new(0) }
    }

    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    fn answer(&self, call: &mut ProviderCall<'_>) -> Result<(), ProviderError> {
        let request = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        call.set_request_id(format!("req-{request}"));
        match *self.mood.lock().unwrap_or_else(PoisonError::into_inner) {
            Mood::Works => Ok(()),
            Mood::Fails => Err(ProviderError::failed("the KMS is out of reach")),
            Mood::Denies => Err(ProviderError::denied("the KMS refused the permission")),
            Mood::Rejects => Err(ProviderError::Rejected),
        }
    }

    fn masked(dek: &Dek) -> Result<WrappedKey, ProviderError> {
        WrappedKey::new("kms", "k", mask(dek.expose())).map_err(ProviderError::failed)
    }
}

fn mask(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0x5a).collect()
}

impl KeyProvider for MaskingKms {
    fn provider_id(&self) -> &'static str {
        "kms"
    }

    fn accepts(&self, key_id: &str) -> bool {
        key_id == "k"
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("k"))
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.answer(call)?;
        Self::masked(dek)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.answer(call)?;
        Dek::from_slice(&mask(wrapped.wrapped_dek)).map_err(ProviderError::failed)
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        Some(self.answer(call).and_then(|()| {
            let dek = Dek::generate(&mut SysRng).map_err(ProviderError::failed)?;
            let wrapped = Self::masked(&dek)?;
            Ok((dek, wrapped))
        }))
    }
}

/// What an observer heard, each event as `T`.
pub struct Heard<T>(Mutex<Vec<T>>);

impl<T> Heard<T> {
    pub const fn new() -> Self {
        Heard(Mutex::new(Vec::new()))
    }

    /// What came since the last call.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> KeyObserver for Heard<T>
where
    T: for<'a, 'b> From<&'a KeyUse<'b>> + Send,
{
    fn key_used(&self, used: &KeyUse<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(used.into());
    }
}

/// An event as a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line(String);

impl From<&KeyUse<'_>> for Line {
    fn from(used: &KeyUse<'_>) -> Self {
        let mut line = used.to_string();
        for (key, value) in used.context.iter() {
            let _ = write!(line, ", {key}={value}");
        }
        if let Some(id) = used.request_id {
            let _ = write!(line, ", {id}");
        }
        Line(line)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for Line {
    fn from(line: &str) -> Self {
        Line(line.to_owned())
    }
}

impl PartialEq<&str> for Line {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
