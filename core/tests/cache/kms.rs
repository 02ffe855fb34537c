//! A test provider that counts, waits and fails on request, and wraps with a real local key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use sealwax::{
    Dek, Kek, KeyProvider, LocalKek, ProviderCall, ProviderError, SysRng, WrappedKey, WrappedKeyRef,
};

/// What the next calls do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Works,
    Fails,
    Rejects,
    Panics,
}

/// A gate that lets calls through while it is open, which it is at first.
#[derive(Default)]
pub struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    fn pass(&self) {
        drop(self.opened.wait_while(self.closed.lock().unwrap(), |closed| *closed).unwrap());
    }
}

pub struct Kms {
    key: LocalKek,
    pub generates: bool,
    mood: Mutex<Mood>,
    /// What every call waits for.
    pub gate: Gate,
    calls: AtomicUsize,
}

impl Kms {
    pub fn new(key_id: &str) -> Self {
        let key = LocalKek::new(Kek::generate(&mut SysRng).unwrap(), key_id).unwrap();
        let mood = Mutex::new(Mood::Works);
        let calls = AtomicUsize::new(0);
        Kms { key, generates: true, mood, gate: Gate::default(), calls }
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn call<T>(&self, work: impl FnOnce() -> Result<T, ProviderError>) -> Result<T, ProviderError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.gate.pass();
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Works => work(),
            Mood::Fails => Err(ProviderError::failed("access denied")),
            Mood::Rejects => Err(ProviderError::Rejected),
            Mood::Panics => panic!("the KMS client has a bug"),
        }
    }
}

impl KeyProvider for Kms {
    fn provider_id(&self) -> &str {
        self.key.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.call(|| self.key.wrap(dek, call))
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.call(|| self.key.unwrap(wrapped, call))
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        self.generates.then(|| {
            self.call(|| {
                let dek = Dek::generate(&mut SysRng).map_err(ProviderError::failed)?;
                let wrapped = self.key.wrap(&dek, call)?;
                Ok((dek, wrapped))
            })
        })
    }
}

/// A clock that the test moves, in seconds.
#[derive(Clone, Default)]
pub struct TestClock(Arc<AtomicUsize>);

impl TestClock {
    pub fn advance(&self, seconds: usize) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn read(&self) -> impl Fn() -> Duration + Send + Sync + 'static {
        let seconds = Arc::clone(&self.0);
        move || Duration::from_secs(seconds.load(Ordering::SeqCst) as u64)
    }
}
