//! Which observer receives which key-use events.

use std::sync::Mutex;
use std::time::Duration;

use sealwax::ErrorCode::{NoMatchingKey, ProviderFailed};
use sealwax::audit::{
    AuditedProvider, KeyObserver, KeyOperation, KeyOutcome, KeyUse, KeyUseInProgress, Moment,
};
use sealwax::{
    CacheLimits, CachingDecryptor, CachingEncryptor, CachingProvider, ConcurrentWrap, ContextRef,
    DecryptOptions, Dek, EncryptOptions, EncryptionContext, KeyProvider, ProviderCall,
    ProviderError, RewrapMode, SysRng, WrappedKey, WrappedKeyRef, decrypt, encrypt, rewrap,
    wrap_dek,
};

use crate::assert_error;
use crate::common::audit::{Heard, Line, MaskingKms, Mood};
use crate::common::envelope::local;
use crate::common::providers::{Answer, TestProvider};

type Log = Heard<Line>;

fn blue() -> EncryptOptions<'static> {
    EncryptOptions::new().context(EncryptionContext::from_pairs([("tenant", "blue")]).unwrap())
}

fn limits() -> CacheLimits {
    CacheLimits::new(10, Duration::from_hours(1))
}

fn open(envelope: &[u8], providers: &[&dyn KeyProvider]) -> sealwax::Result<Vec<u8>> {
    decrypt(envelope, providers, &DecryptOptions::new())
}

/// The numbers and words never change; other languages and log searches rely on them.
#[test]
fn words_are_stable() {
    let operations = KeyOperation::ALL.iter().map(|it| (it.as_u16(), it.to_string()));
    let outcomes = KeyOutcome::ALL.iter().map(|it| (it.as_u16(), it.to_string()));
    let words: Vec<String> =
        operations.chain(outcomes).map(|(number, word)| format!("{number} {word}")).collect();
    let expected = [
        "1 generate",
        "2 wrap",
        "3 unwrap",
        "4 cache_hit",
        "1 ok",
        "2 rejected",
        "3 denied",
        "4 failed",
    ];
    assert_eq!(words, expected);
}

/// A denial fails the call as any other failure of a provider does.
#[test]
fn a_denial_is_a_failure_of_its_own() {
    let (log, kms) = (Log::new(), MaskingKms::new());
    let audited = AuditedProvider::new(&kms, &log);
    let envelope = encrypt(b"x", &[&audited], &blue()).unwrap();
    kms.set_mood(Mood::Denies);
    let message = "the key provider failed: kms k: the KMS refused the permission";
    assert_error(open(&envelope, &[&audited]), ProviderFailed, message);
    assert_error(
        rewrap(&envelope, &[&audited], &[&audited], RewrapMode::Add),
        ProviderFailed,
        message,
    );
    assert_eq!(log.take().pop().unwrap(), "unwrap by kms with k: denied, tenant=blue, req-3");
    let denied = ProviderError::denied("no");
    assert!(!denied.is_rejection() && ProviderError::Rejected.is_rejection());
    assert_eq!(KeyOutcome::of(Some(&denied)), KeyOutcome::Denied);
}

/// A key that nobody was asked for is no event.
#[test]
fn who_is_not_asked_is_not_heard_of() {
    let log = Log::new();
    let envelope = encrypt(b"x", &[&local("a")], &blue()).unwrap();
    let other = AuditedProvider::new(local("b"), &log);
    assert_eq!(open(&envelope, &[&other]).unwrap_err().code(), NoMatchingKey);
    assert_eq!(log.take(), [""; 0]);
}

/// Nobody could unwrap what names another provider, so the event says that the wrap failed.
#[test]
fn a_key_of_another_name_is_a_failure() {
    struct Misnaming;
    impl KeyProvider for Misnaming {
        fn provider_id(&self) -> &'static str {
            "misnaming"
        }

        fn accepts(&self, _: &str) -> bool {
            true
        }

        fn wrap(&self, _: &Dek, _: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
            WrappedKey::new("other", "k", [1]).map_err(ProviderError::failed)
        }

        fn unwrap(
            &self,
            _: WrappedKeyRef<'_>,
            _: &mut ProviderCall<'_>,
        ) -> Result<Dek, ProviderError> {
            Err(ProviderError::Rejected)
        }
    }
    let log = Log::new();
    assert_error(
        encrypt(b"x", &[&AuditedProvider::new(Misnaming, &log)], &EncryptOptions::new()),
        ProviderFailed,
        "the key provider failed: misnaming: the wrapped key names another provider",
    );
    assert_eq!(log.take(), ["wrap by misnaming with no key: failed"]);
}

/// A cache tells its hits to who hears of the provider behind it, and to who hears of the cache.
#[test]
fn hits_are_told_on_both_sides_of_a_cache() {
    let (inner, outer, kms) = (Log::new(), Log::new(), MaskingKms::new());
    let cache = CachingProvider::new(AuditedProvider::new(&kms, &inner), limits()).unwrap();
    let audited = AuditedProvider::new(&cache, &outer);
    let mut envelope = Vec::new();
    for provider in [&audited as &dyn KeyProvider, &cache] {
        envelope = encrypt(b"x", &[provider], &blue()).unwrap();
    }
    kms.set_mood(Mood::Fails);
    encrypt(b"x", &[&audited], &blue()).unwrap();
    let (made, hit) = (
        "generate by kms with k: ok, tenant=blue, req-1",
        "cache_hit by kms with k: ok, tenant=blue",
    );
    assert_eq!(inner.take(), [made, hit, hit]);
    assert_eq!(outer.take(), [made, hit]);
    let failed = "unwrap by kms with k: failed, tenant=blue, req-2";
    assert_eq!(open(&envelope, &[&audited]).unwrap_err().code(), ProviderFailed);
    assert_eq!((inner.take(), outer.take()), (vec![failed.into()], vec![failed.into()]));
    // The handles of a cache are those of its hits.
    cache.handle(1, &blue()).unwrap();
    assert_eq!(inner.take(), [hit]);
}

#[test]
fn an_encryptor_tells_the_first_provider_and_a_decryptor_the_one_that_opened() {
    let (log, kms) = (Log::new(), MaskingKms::new());
    let audited = || Box::new(AuditedProvider::new(&kms, &log)) as Box<dyn KeyProvider + '_>;
    let key = || Box::new(AuditedProvider::new(local("a"), &log)) as Box<dyn KeyProvider + '_>;
    let encryptor = CachingEncryptor::new(vec![audited(), key()], limits()).unwrap();
    encryptor.encrypt(b"x", &blue()).unwrap();
    let envelope = encryptor.encrypt(b"x", &blue()).unwrap();
    let expected = [
        "generate by kms with k: ok, tenant=blue, req-1",
        "wrap by local with a: ok, tenant=blue",
        "cache_hit by kms with k: ok, tenant=blue",
    ];
    assert_eq!(log.take(), expected);
    kms.set_mood(Mood::Rejects);
    let decryptor = CachingDecryptor::new(vec![audited(), key()], limits()).unwrap();
    for _ in 0..2 {
        decryptor.decrypt(&envelope, &DecryptOptions::new()).unwrap();
    }
    let expected = [
        "unwrap by kms with k: rejected, tenant=blue, req-2",
        "unwrap by local with a: ok, tenant=blue",
        "cache_hit by local with a: ok, tenant=blue",
    ];
    assert_eq!(log.take(), expected);
}

/// A provider whose wraps may be done on other threads.
struct Waiting(TestProvider);

impl KeyProvider for Waiting {
    fn provider_id(&self) -> &str {
        self.0.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.0.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        call.set_request_id(format!("of-{}", self.provider_id()));
        self.0.wrap(dek, call)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.0.unwrap(wrapped, call)
    }

    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        _: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        Some(Box::new(move |call| self.wrap(dek, call)))
    }
}

#[test]
fn wraps_on_other_threads_are_heard_of() {
    let log = Log::new();
    let provider =
        |id: &str, answer| AuditedProvider::new(Waiting(TestProvider::new(id, "k", answer)), &log);
    let (a, b) = (provider("a", Answer::Bytes(vec![7; 48])), provider("b", Answer::Failure));
    let context = EncryptionContext::from_pairs([("tenant", "blue")]).unwrap();
    let dek = Dek::generate(&mut SysRng).unwrap();
    assert!(wrap_dek(&dek, &[&a, &b], context.view()).is_err());
    let mut heard = log.take();
    heard.sort_unstable();
    let expected = [
        "wrap by a with k: ok, tenant=blue, of-a",
        "wrap by b with no key: failed, tenant=blue, of-b",
    ];
    assert_eq!(heard, expected);
}

/// An observer with a clock of its own.
struct Host {
    seconds: Mutex<u64>,
    heard: Mutex<Vec<(u64, u64)>>,
}

impl KeyObserver for Host {
    fn key_used(&self, used: &KeyUse<'_>) {
        let heard = (used.started.as_secs(), used.duration.as_secs());
        self.heard.lock().unwrap().push(heard);
    }

    fn now(&self) -> Moment {
        let mut seconds = self.seconds.lock().unwrap();
        *seconds += 3;
        let monotonic = Duration::from_secs(*seconds);
        Moment { since_1970: Duration::from_secs(1_000) + monotonic, monotonic }
    }
}

#[test]
fn times_are_those_of_the_observer() {
    let host = Host { seconds: Mutex::new(0), heard: Mutex::default() };
    let key = AuditedProvider::new(local("a"), &host);
    let dek = Dek::generate(&mut SysRng).unwrap();
    for _ in 0..2 {
        wrap_dek(&dek, &[&key], ContextRef::EMPTY).unwrap();
    }
    assert_eq!(*host.heard.lock().unwrap(), [(1_003, 3), (1_009, 3)]);
    let before = Moment::now();
    let after = Moment::now();
    assert!(before.monotonic <= after.monotonic);
    assert!(before.since_1970 > Duration::from_hours(438_288), "2020");
}

/// What a host of its own kind does between two calls of a state machine.
#[test]
fn hosts_that_ask_a_kms_themselves_report_in_the_same_words() {
    struct Attached(Mutex<Vec<u32>>);
    impl KeyObserver for Attached {
        fn key_used(&self, used: &KeyUse<'_>) {
            assert_eq!(used.to_string(), "unwrap by aws-kms with \\u{1b}key: denied");
            assert_eq!(used.request_id, Some("req-1"));
            let number = used.attachment.and_then(|it| it.downcast_ref::<u32>()).copied();
            self.0.lock().unwrap().extend(number);
        }
    }
    let observer = Attached(Mutex::default());
    let used = KeyUseInProgress::start(&observer, KeyOperation::Unwrap);
    let mut call = ProviderCall::new(ContextRef::EMPTY);
    call.set_request_id("req-1");
    call.attach(7_u32);
    used.end("aws-kms", "\u{1b}key", &call, Some(&ProviderError::denied("403")));
    assert_eq!(*observer.0.lock().unwrap(), [7]);
}
