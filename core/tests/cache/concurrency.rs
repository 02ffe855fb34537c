//! Many threads at once: one call, no lock held during it, and no thread left waiting.

use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;
use std::time::Duration;

use sealwax::{
    CachingDecryptor, CachingEncryptor, CachingProvider, DecryptOptions, Dek, Error, ErrorCode,
    Kek, KeyProvider, LocalKek, ProviderCall, ProviderError, SysRng, WrappedKey, WrappedKeyRef,
    decrypt, encrypt,
};

use crate::kms::{Kms, Mood};
use crate::{limits, tenant};

const THREADS: usize = 8;
const OTHERS: u64 = THREADS as u64 - 1;

/// Waits until `condition` holds; the suite's own time limit ends a wait in vain.
pub fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Does `work` on many threads while the KMS is held up, until `all_there`.
fn together<T: Send>(
    kms: &Kms,
    work: impl Fn() -> T + Sync,
    all_there: impl Fn() -> bool,
) -> Vec<thread::Result<T>> {
    kms.gate.close();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(&work)).collect();
        until(all_there);
        kms.gate.open();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    })
}

#[test]
fn concurrent_misses_are_one_call() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    let envelopes = together(
        kms.inner(),
        || encrypt(b"one", &[&kms], &tenant("blue")).unwrap(),
        || kms.encrypt_stats().hits == OTHERS,
    );
    assert_eq!(kms.inner().calls(), 1);
    assert_eq!(kms.encrypt_stats().misses, 1);

    let envelope = envelopes[0].as_ref().unwrap();
    let opened = together(
        kms.inner(),
        || decrypt(envelope, &[&kms], &DecryptOptions::new()).unwrap(),
        || kms.decrypt_stats().hits == OTHERS,
    );
    assert!(opened.iter().all(|plaintext| plaintext.as_ref().unwrap() == b"one"));
    assert_eq!(kms.inner().calls(), 2);
}

/// A provider that asks the cache which is asking it.
struct Circular {
    key: LocalKek,
    cache: OnceLock<Weak<CachingDecryptor<'static>>>,
    envelope: Vec<u8>,
    answer: Mutex<Option<ErrorCode>>,
}

impl KeyProvider for &'static Circular {
    fn provider_id(&self) -> &str {
        self.key.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.key.wrap(dek, call)
    }

    fn unwrap(
        &self,
        key: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        let cache = self.cache.get().unwrap().upgrade().unwrap();
        let again = cache.decrypt(&self.envelope, &DecryptOptions::new());
        *self.answer.lock().unwrap() = Some(again.unwrap_err().code());
        self.key.unwrap(key, call)
    }
}

#[test]
fn a_provider_that_asks_its_own_cache_is_told_so() {
    let key = LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "a").unwrap();
    let envelope = encrypt(b"one", &[&key], &tenant("blue")).unwrap();
    let (cache, answer) = (OnceLock::new(), Mutex::new(None));
    let provider: &'static Circular =
        Box::leak(Box::new(Circular { key, cache, envelope, answer }));
    let cache = Arc::new(CachingDecryptor::new(vec![Box::new(provider)], limits()).unwrap());
    assert!(provider.cache.set(Arc::downgrade(&cache)).is_ok());
    assert_eq!(cache.decrypt(&provider.envelope, &DecryptOptions::new()).unwrap(), b"one");
    assert_eq!(*provider.answer.lock().unwrap(), Some(ErrorCode::InvalidState));
}

#[test]
fn a_slow_call_delays_only_its_own_context() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    encrypt(b"one", &[&kms], &tenant("cached")).unwrap();
    kms.inner().gate.close();
    thread::scope(|scope| {
        let slow = scope.spawn(|| encrypt(b"one", &[&kms], &tenant("slow")).unwrap());
        let other = scope.spawn(|| encrypt(b"one", &[&kms], &tenant("other")).unwrap());
        until(|| kms.inner().calls() == 3);
        encrypt(b"one", &[&kms], &tenant("cached")).unwrap();
        assert!(!slow.is_finished() && !other.is_finished());
        kms.inner().gate.open();
    });
    let stats = kms.encrypt_stats();
    assert_eq!((stats.misses, stats.hits), (3, 1));
}

#[test]
fn those_who_wait_get_the_failure_and_the_next_one_tries_again() {
    let kms = CachingProvider::new(Kms::new("a"), limits()).unwrap();
    kms.inner().set_mood(Mood::Fails);
    let errors = together(
        kms.inner(),
        || encrypt(b"one", &[&kms], &tenant("blue")).unwrap_err(),
        || kms.encrypt_stats().hits == OTHERS,
    );
    for error in errors {
        let error = error.unwrap();
        assert_eq!(error.code(), ErrorCode::ProviderFailed);
        assert!(error.to_string().contains("access denied"), "{error}");
    }
    assert_eq!((kms.inner().calls(), kms.encrypt_stats().entries), (1, 0));
    kms.inner().set_mood(Mood::Works);
    encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    assert_eq!(kms.inner().calls(), 2);
}

#[test]
fn those_who_wait_learn_which_attempts_failed() {
    let kms = Kms::new("a");
    kms.set_mood(Mood::Fails);
    let cache = CachingEncryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    let errors = together(
        &kms,
        || cache.encrypt(b"one", &tenant("blue")).unwrap_err(),
        || cache.stats().hits == OTHERS,
    );
    for error in errors {
        let Error::ProviderFailed(attempts) = error.unwrap() else { panic!("another error") };
        let [attempt] = attempts.as_slice() else { panic!("one attempt was made") };
        assert_eq!(attempt.provider_id, "local");
        assert_eq!(attempt.error.to_string(), "access denied");
    }
}

#[test]
fn a_panic_in_the_provider_leaves_nobody_waiting() {
    let kms = Kms::new("a");
    kms.set_mood(Mood::Panics);
    let cache = CachingEncryptor::new(vec![Box::new(&kms)], limits()).unwrap();
    let ends = together(
        &kms,
        || cache.encrypt(b"one", &tenant("blue")).unwrap_err().code(),
        || cache.stats().hits == OTHERS,
    );
    let codes: Vec<_> = ends.into_iter().filter_map(Result::ok).collect();
    assert_eq!(codes, [ErrorCode::ProviderFailed; THREADS - 1], "all but the one that panicked");
    assert_eq!(cache.stats().entries, 0);
}

#[test]
fn a_key_with_few_messages_left_does_not_make_a_queue() {
    let kms = CachingProvider::new(Kms::new("a"), limits().max_messages(2)).unwrap();
    // Half of the threads call, together, each for itself and one other.
    let all_there =
        || kms.inner().calls() == THREADS / 2 && kms.encrypt_stats().hits == THREADS as u64 / 2;
    let work = || encrypt(b"one", &[&kms], &tenant("blue")).unwrap();
    let ends = together(kms.inner(), work, all_there);
    assert!(ends.iter().all(Result::is_ok));
    assert_eq!(kms.inner().calls(), THREADS / 2);
}
