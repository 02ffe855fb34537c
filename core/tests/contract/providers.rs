//! Which provider is called, when, how often, and with what ([K-03] to [K-08], [E-03]).

use std::sync::Mutex;
use std::time::Duration;

use sealwax::ErrorCode::{
    ContextMismatch, HeaderAuthentication, InvalidArgument, KeyUnwrap, NoMatchingKey,
    ProviderFailed,
};
use sealwax::{
    CacheLimits, CachingProvider, ContextRef, DecryptHandle, DecryptOptions, Dek, EncryptHandle,
    EncryptOptions, EncryptionContext, Error, KeyProvider, LocalKek, ProviderCall, ProviderError,
    SysRng, WrappedKey, WrappedKeyRef, decrypt, encrypt, generate_dek,
};

use crate::assert_error;
use crate::common::envelope::{Recipe, local};
use crate::common::providers::{Answer, TestProvider};
use crate::common::raw::{RawHeader, record};

/// A header with wrapped keys of these ids, made with the DEK of 9s.
fn header(keys: &[(&str, &str)]) -> Vec<u8> {
    let keys: Vec<WrappedKey> = keys
        .iter()
        .map(|(provider, key)| WrappedKey::new(*provider, *key, [1; 48]).unwrap())
        .collect();
    let dek = Dek::from_slice(&[9; 32]).unwrap();
    let context = EncryptionContext::from_pairs([("tenant", "acme")]).unwrap();
    let options = EncryptOptions::new().context(context);
    EncryptHandle::new(&dek, &keys, &options, &mut SysRng).unwrap().header().to_vec()
}

/// The same with a second and a third wrapped key of one name, which no writer makes.
fn header_of_namesakes() -> Vec<u8> {
    let record = record(b"kms", b"ours", &[1; 48]);
    let context = sealwax::ContextRef::EMPTY.as_bytes().to_vec();
    RawHeader::new(context, vec![record; 3]).encode(&[9; 32])
}

fn answering(provider_id: &str, key_id: &str, byte: u8) -> TestProvider {
    TestProvider::new(provider_id, key_id, Answer::Bytes(vec![byte; 32]))
}

fn failing(provider_id: &str, key_id: &str) -> TestProvider {
    TestProvider::new(provider_id, key_id, Answer::Failure)
}

fn open(header: &[u8], providers: &[&dyn KeyProvider]) -> Result<DecryptHandle, Error> {
    DecryptHandle::open(header, providers, &DecryptOptions::new())
}

/// [K-04], [K-05]: a stranger's provider id or key id calls nobody.
#[test]
fn no_provider_is_called_for_a_strangers_key() {
    let header = header(&[("kms", "theirs"), ("hsm", "ours"), ("KMS", "ours")]);
    let kms = answering("kms", "ours", 9);
    let message = "no configured key matches a wrapped key of this envelope, which needs kms theirs, hsm ours, KMS ours";
    let (given, none) =
        (format!("{message}; given: kms ours"), format!("{message}; none was given"));
    assert_error(open(&header, &[&kms]), NoMatchingKey, &given);
    assert_error(open(&header, &[]), NoMatchingKey, &none);
    assert_eq!(kms.calls(), 0);
}

/// [E-03], [H-09]: a required pair that is missing fails before any call.
#[test]
fn no_provider_is_called_for_another_context() {
    let (header, kms) = (header(&[("kms", "ours")]), answering("kms", "ours", 9));
    let required = EncryptionContext::from_pairs([("tenant", "other")]).unwrap();
    let options = DecryptOptions::new().required_context(required);
    let message = "the encryption context lacks a required pair: \"tenant\" must be \"other\" and is \"acme\"";
    assert_error(DecryptHandle::open(&header, &[&kms], &options), ContextMismatch, message);
    assert_eq!(kms.calls(), 0);
    let mut cut = header.clone();
    cut.truncate(100);
    assert!(open(&cut, &[&kms]).is_err());
    assert_eq!(kms.calls(), 0);
}

/// [K-06], [H-14]: one call for the first match in header order, however many there are.
#[test]
fn a_provider_is_called_once() {
    let header = header_of_namesakes();
    let right = answering("kms", "ours", 9);
    open(&header, &[&right]).unwrap();
    assert_eq!(right.calls(), 1);
    let wrong = answering("kms", "ours", 8);
    let message = "header authentication failed: wrong key or modified header";
    assert_error(open(&header, &[&wrong]), HeaderAuthentication, message);
    assert_eq!(wrong.calls(), 1);
    let down = failing("kms", "ours");
    assert_error(
        open(&header, &[&down]),
        ProviderFailed,
        "the key provider failed: kms ours: the KMS is out of reach",
    );
    assert_eq!(down.calls(), 1);
}

/// [K-07]: the next provider may help; when none does, the weightiest failure is reported.
#[test]
fn the_next_provider_is_asked() {
    let header = header(&[("kms", "ours"), ("hsm", "ours"), ("tpm", "ours")]);
    let (down, wrong, right) =
        (failing("kms", "ours"), answering("hsm", "ours", 8), answering("tpm", "ours", 9));
    let rejecting = TestProvider::new("tpm", "ours", Answer::Rejection);
    open(&header, &[&down, &wrong, &right]).unwrap();
    open(&header, &[&right, &down, &wrong]).unwrap();
    assert_eq!((down.calls(), wrong.calls(), right.calls()), (1, 1, 2));
    let mac = "header authentication failed: wrong key or modified header";
    assert_error(open(&header, &[&down, &wrong, &rejecting]), HeaderAuthentication, mac);
    let both = "the key provider failed: tpm ours: the wrapped key was rejected; kms ours: the KMS is out of reach";
    assert_error(open(&header, &[&rejecting, &down]), ProviderFailed, both);
    let one = "the wrapped key did not open: tpm ours: the wrapped key was rejected";
    assert_error(open(&header, &[&rejecting]), KeyUnwrap, one);
}

/// [H-14]: a reader would ask a remote provider for the first of two alone.
#[test]
fn two_wrapped_keys_of_one_remote_key_are_not_written() {
    let kms = answering("kms", "ours", 9);
    let message = "invalid argument: two wrapped keys have the same provider id and key id";
    let twice = encrypt(b"x", &[&kms, &kms], &EncryptOptions::new());
    assert_error(twice, InvalidArgument, message);
    encrypt(b"x", &[&kms, &answering("kms", "theirs", 9)], &EncryptOptions::new()).unwrap();
    encrypt(b"x", &[&kms, &answering("hsm", "ours", 9)], &EncryptOptions::new()).unwrap();
}

/// [K-06], [K-07]: all local keys of one name are tried.
#[test]
fn each_of_two_local_keys_of_one_name_opens() {
    let key = |digits: &str| LocalKek::from_hex(&digits.repeat(32), "same").unwrap();
    let (first, second, third) = (key("11"), key("22"), key("33"));
    let envelope = encrypt(b"x", &[&first, &second], &EncryptOptions::new()).unwrap();
    let cached = CachingProvider::new(key("22"), CacheLimits::new(9, Duration::MAX)).unwrap();
    for key in [&first as &dyn KeyProvider, &second, &cached, &cached] {
        assert_eq!(decrypt(&envelope, &[key], &DecryptOptions::new()).unwrap(), b"x");
    }
    let error = decrypt(&envelope, &[&third], &DecryptOptions::new()).unwrap_err();
    let Error::KeyUnwrap(attempts) = error else { panic!("{error}") };
    assert_eq!(attempts.as_slice().len(), 2);
}

/// [K-08]: the provider's own error is the cause, and each attempt is listed.
#[test]
fn the_causes_are_kept() {
    let header = header(&[("kms", "ours")]);
    let error = open(&header, &[&failing("kms", "ours")]).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "the KMS is out of reach");
    let Error::ProviderFailed(attempts) = error else { panic!("{error}") };
    let [attempt] = attempts.as_slice() else { panic!("one attempt") };
    assert_eq!((attempt.provider_id.as_str(), attempt.key_id.as_str()), ("kms", "ours"));
    assert!(matches!(attempt.error, ProviderError::Failed(_)));
}

/// Records the context that it is given.
struct Recorder {
    contexts: Mutex<Vec<Vec<u8>>>,
    provider_id: &'static str,
    generates: bool,
}

impl Recorder {
    fn new(provider_id: &'static str, generates: bool) -> Self {
        Recorder { contexts: Mutex::default(), provider_id, generates }
    }

    fn record(&self, context: ContextRef<'_>) {
        self.contexts.lock().unwrap().push(context.as_bytes().to_vec());
    }

    fn key(provider_id: &str, dek: &Dek) -> Result<WrappedKey, ProviderError> {
        WrappedKey::new(provider_id, "k", dek.expose().as_slice()).map_err(ProviderError::failed)
    }
}

impl KeyProvider for Recorder {
    fn provider_id(&self) -> &'static str {
        "recorder"
    }

    fn accepts(&self, _key_id: &str) -> bool {
        true
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.record(call.context());
        Self::key(self.provider_id, dek)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.record(call.context());
        Dek::from_slice(wrapped.wrapped_dek).map_err(ProviderError::failed)
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        self.generates.then(|| {
            self.record(call.context());
            let dek = Dek::from_slice(&[4; 32]).map_err(ProviderError::failed)?;
            let key = Self::key(self.provider_id, &dek)?;
            Ok((dek, key))
        })
    }
}

/// [K-03]: wrap, generate and unwrap get the context that the header stores.
#[test]
fn providers_get_the_context() {
    for generates in [false, true] {
        let recorder = Recorder::new("recorder", generates);
        let context = EncryptionContext::from_pairs([("b", "2"), ("a", "1")]).unwrap();
        let canonical = context.view().as_bytes().to_vec();
        let options = EncryptOptions::new().context(context);
        let envelope = encrypt(b"data", &[&recorder], &options).unwrap();
        decrypt(&envelope, &[&recorder], &DecryptOptions::new()).unwrap();
        assert_eq!(*recorder.contexts.lock().unwrap(), [canonical.clone(), canonical]);
    }
}

/// A DEK that the first provider generated is the one that the others wrap.
#[test]
fn a_generated_dek_is_wrapped_by_the_others() {
    let recorder = Recorder::new("recorder", true);
    let options = EncryptOptions::new();
    let envelope = encrypt(b"data", &[&recorder, &local("a")], &options).unwrap();
    assert_eq!(recorder.contexts.lock().unwrap().len(), 1);
    assert_eq!(decrypt(&envelope, &[&local("a")], &DecryptOptions::new()).unwrap(), b"data");
    let handle =
        open(&envelope[..sealwax::Header::split(&envelope).unwrap().0.header_len()], &[&recorder])
            .unwrap();
    assert_eq!(handle.dek().expose(), &[4; 32]);
}

/// A wrapped key under another name could not be unwrapped by anybody.
#[test]
fn a_provider_signs_with_its_own_name() {
    for generates in [false, true] {
        let recorder = Recorder::new("impostor", generates);
        let message = "the key provider failed: recorder: the wrapped key names another provider";
        assert_error(encrypt(b"", &[&recorder], &EncryptOptions::new()), ProviderFailed, message);
    }
}

/// A message without one of its keys is never written.
#[test]
fn every_provider_must_wrap() {
    let down = failing("kms", "k");
    let message = "the key provider failed: kms k: the KMS is out of reach";
    assert_error(
        encrypt(b"", &[&local("a"), &down], &EncryptOptions::new()),
        ProviderFailed,
        message,
    );
    assert_eq!(down.calls(), 1);
    let message = "invalid argument: at least one key provider is needed";
    assert_error(encrypt(b"", &[], &EncryptOptions::new()), InvalidArgument, message);
    assert_error(generate_dek(&[], ContextRef::EMPTY, &mut SysRng), InvalidArgument, message);
}

/// [K-02]: one DEK for several messages, each with its own salt ([B-05], [B-24]).
#[test]
fn salts_are_never_the_same() {
    let recipe = Recipe::full("salts");
    let (dek, kek) = (Dek::from_slice(&recipe.dek).unwrap(), local("a"));
    let mut salts = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let key = kek.wrap(&dek, &mut ContextRef::EMPTY.into()).unwrap();
        salts.insert(key.view().wrapped_dek[..24].to_vec());
        let handle = EncryptHandle::new(&dek, &[key], &recipe.options(), &mut SysRng).unwrap();
        let header = sealwax::Header::parse(handle.header()).unwrap();
        salts.insert(header.sealed_metadata()[..24].to_vec());
        for _ in 0..10 {
            let envelope = handle.encrypt(b"same", &[], &mut SysRng).unwrap();
            salts.insert(envelope[handle.header().len()..][..24].to_vec());
        }
    }
    assert_eq!(salts.len(), 120);
}
