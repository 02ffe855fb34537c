//! Async providers are called like blocking ones: the same providers, for the same wrapped keys, in
//! the same order, with the same errors.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use sealwax::{
    AsyncKeyProvider, ContextRef, DecryptHandle, DecryptOptions, Dek, EncryptOptions,
    EncryptionContext, Error, KeyProvider, LocalKek, ProviderCall, ProviderError, ProviderFuture,
    SysRng, WrappedKey, WrappedKeyRef, encrypt, wrap_dek, wrap_dek_async,
};

use crate::{block_on, kek};

/// What a provider does when it is asked.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Good,
    Reject,
    Fail,
    OtherDek,
}

/// A provider of both kinds, which writes down what it is asked.
struct Kms<'l> {
    id: &'static str,
    inner: LocalKek,
    answer: Answer,
    log: &'l Mutex<Vec<String>>,
}

impl Kms<'_> {
    fn note(&self, what: &str, key_id: &str) {
        self.log.lock().unwrap().push(format!("{what} {} {key_id}", self.id));
    }

    fn wrapped(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        self.note("wrap", self.inner.key_id());
        if self.answer == Answer::Fail {
            return Err(ProviderError::failed("no answer"));
        }
        let key = KeyProvider::wrap(&self.inner, dek, &mut context.into())?;
        let id = if self.answer == Answer::OtherDek { "another" } else { self.id };
        WrappedKey::new(id, self.inner.key_id(), key.view().wrapped_dek)
            .map_err(ProviderError::failed)
    }

    fn unwrapped(
        &self,
        key: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError> {
        self.note("unwrap", key.key_id);
        match self.answer {
            Answer::Good => KeyProvider::unwrap(&self.inner, key, &mut context.into()),
            Answer::Reject => Err(ProviderError::Rejected),
            Answer::Fail => Err(ProviderError::failed("no answer")),
            Answer::OtherDek => Ok(Dek::from_slice(&[9; 32]).unwrap()),
        }
    }
}

impl KeyProvider for Kms<'_> {
    fn provider_id(&self) -> &str {
        self.id
    }

    fn accepts(&self, key_id: &str) -> bool {
        key_id == self.inner.key_id()
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(self.inner.key_id().into())
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.wrapped(dek, call.context())
    }

    fn unwrap(
        &self,
        key: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.unwrapped(key, call.context())
    }
}

impl AsyncKeyProvider for Kms<'_> {
    fn provider_id(&self) -> &str {
        self.id
    }

    fn accepts(&self, key_id: &str) -> bool {
        key_id == self.inner.key_id()
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(self.inner.key_id().into())
    }

    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        Box::pin(async move {
            not_at_once().await;
            self.wrapped(dek, call.context())
        })
    }

    fn unwrap<'a>(
        &'a self,
        key: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        Box::pin(async move {
            not_at_once().await;
            self.unwrapped(key, call.context())
        })
    }
}

/// Is ready the second time.
pub async fn not_at_once() {
    let mut asked = false;
    std::future::poll_fn(|_| {
        asked = !asked;
        if asked { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

const ANSWERS: [Answer; 4] = [Answer::Good, Answer::Reject, Answer::Fail, Answer::OtherDek];

#[test]
fn decryption_asks_the_same_and_fails_the_same() {
    let log = Mutex::new(Vec::new());
    let provider = |id, key, answer| Kms { id, inner: kek(key), answer, log: &log };
    let wrapping = [("one", "a"), ("two", "b"), ("two", "c")];
    let wrapping = wrapping.map(|(id, key)| provider(id, key, Answer::Good));
    let all: Vec<&dyn KeyProvider> = wrapping.iter().map(|kms| kms as _).collect();
    let header = encrypt(b"tide", &all, &EncryptOptions::new()).unwrap();
    let header = sealwax::Header::split(&header).unwrap().0.as_bytes();
    log.lock().unwrap().clear();
    for first in ANSWERS {
        for second in ANSWERS {
            let kms = [
                provider("one", "a", first),
                provider("two", "c", second),
                provider("two", "x", first),
            ];
            let blocking: Vec<&dyn KeyProvider> = kms.iter().map(|kms| kms as _).collect();
            let polled: Vec<&dyn AsyncKeyProvider> = kms.iter().map(|kms| kms as _).collect();
            for take in 0..=3 {
                let options = DecryptOptions::new();
                let expected = DecryptHandle::open(header, &blocking[..take], &options);
                let asked = std::mem::take(&mut *log.lock().unwrap());
                let found = block_on(DecryptHandle::open_async(header, &polled[..take], &options));
                assert_eq!(*log.lock().unwrap(), asked);
                log.lock().unwrap().clear();
                assert_eq!(told(found.map(drop)), told(expected.map(drop)));
            }
        }
    }
}

/// All that an error tells.
fn told(result: Result<(), Error>) -> String {
    result.map_or_else(|error| format!("{error} {error:?}"), |()| "opened".to_owned())
}

#[test]
fn a_context_that_is_missing_is_noticed_before_anybody_is_asked() {
    let log = Mutex::new(Vec::new());
    let kms = Kms { id: "one", inner: kek("a"), answer: Answer::Good, log: &log };
    let envelope = encrypt(b"tide", &[&kms], &EncryptOptions::new()).unwrap();
    let header = sealwax::Header::split(&envelope).unwrap().0.as_bytes();
    log.lock().unwrap().clear();
    let context = EncryptionContext::from_pairs([("tenant", "blue")]).unwrap();
    let options = DecryptOptions::new().required_context(context);
    let refused = block_on(DecryptHandle::open_async(header, &[&kms], &options));
    assert!(matches!(refused, Err(Error::ContextMismatch(_))), "{refused:?}");
    assert!(log.lock().unwrap().is_empty());
}

#[test]
fn wraps_that_fail_are_told_as_those_of_blocking_providers() {
    let log = Mutex::new(Vec::new());
    let dek = Dek::generate(&mut SysRng).unwrap();
    for answer in ANSWERS {
        let kms = Kms { id: "one", inner: kek("a"), answer, log: &log };
        let expected = wrap_dek(&dek, &[&kms], ContextRef::EMPTY);
        let found = block_on(wrap_dek_async(&dek, &[&kms], ContextRef::EMPTY));
        assert_eq!(told(found.map(drop)), told(expected.map(drop)));
    }
    let nobody: [&dyn AsyncKeyProvider; 0] = [];
    let refused = block_on(EncryptOptions::new().generate_dek_async(&nobody, None, &mut SysRng));
    assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{refused:?}");
}

#[test]
fn one_of_several_is_enough_where_the_options_say_so() {
    let log = Mutex::new(Vec::new());
    let kms = |answer| Kms { id: "one", inner: kek("a"), answer, log: &log };
    let (bad, good) = (kms(Answer::Fail), kms(Answer::Good));
    let all = EncryptOptions::new();
    let made = |options: &EncryptOptions<'_>| {
        block_on(options.generate_dek_async(&[&bad, &good], None, &mut SysRng))
    };
    assert!(matches!(made(&all), Err(Error::ProviderFailed(_))));
    assert_eq!(made(&all.require_all(false)).unwrap().1.len(), 1);
}

/// Its wrap is ready only after the other one's was asked for.
struct Mutual<'a> {
    inner: LocalKek,
    asked: &'a AtomicUsize,
}

impl AsyncKeyProvider for Mutual<'_> {
    fn provider_id(&self) -> &str {
        AsyncKeyProvider::provider_id(&self.inner)
    }

    fn accepts(&self, key_id: &str) -> bool {
        key_id == self.inner.key_id()
    }

    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let both = || self.asked.load(Ordering::Relaxed) == 2;
            std::future::poll_fn(|_| if both() { Poll::Ready(()) } else { Poll::Pending }).await;
            KeyProvider::wrap(&self.inner, dek, call)
        })
    }

    fn unwrap<'a>(
        &'a self,
        key: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        AsyncKeyProvider::unwrap(&self.inner, key, call)
    }
}

#[test]
fn all_providers_are_asked_at_the_same_time() {
    let asked = AtomicUsize::new(0);
    let (first, second) =
        (Mutual { inner: kek("a"), asked: &asked }, Mutual { inner: kek("b"), asked: &asked });
    let dek = Dek::generate(&mut SysRng).unwrap();
    let keys = block_on(wrap_dek_async(&dek, &[&first, &second], ContextRef::EMPTY)).unwrap();
    let ids: Vec<&str> = keys.iter().map(|key| key.view().key_id).collect();
    assert_eq!(ids, ["a", "b"], "in their order");
}
