//! Several providers that wrap one DEK: concurrently, and with failures.

use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use sealwax::ErrorCode::ProviderFailed;
use sealwax::{
    ConcurrentWrap, ContextRef, Dek, EncryptOptions, Error, Header, KeyProvider, ProviderCall,
    ProviderError, SysRng, WrappedKey, WrappedKeyRef, encrypt, generate_dek,
};

use crate::assert_error;
use crate::common::providers::{Answer, TestProvider};

fn good(id: &str) -> TestProvider {
    TestProvider::new(id, "k", Answer::Bytes(vec![7; 48]))
}

fn down(id: &str) -> TestProvider {
    TestProvider::new(id, "k", Answer::Failure)
}

fn names(error: &Error) -> Vec<&str> {
    let Error::ProviderFailed(attempts) = error else { return Vec::new() };
    attempts.as_slice().iter().map(|attempt| attempt.provider_id.as_str()).collect()
}

/// A KMS that answers only once `wanted` are being asked; a caller that asks one after the other
/// gets no answer.
struct Meeting {
    wanted: usize,
    present: Mutex<Vec<ThreadId>>,
    more: Condvar,
}

impl Meeting {
    fn of(wanted: usize) -> Self {
        Meeting { wanted, present: Mutex::default(), more: Condvar::new() }
    }

    fn join(&self) -> Result<(), ProviderError> {
        let mut present = self.present.lock().unwrap();
        present.push(thread::current().id());
        self.more.notify_all();
        let wait = |present: &mut Vec<ThreadId>| present.len() < self.wanted;
        let (_present, waited) =
            self.more.wait_timeout_while(present, Duration::from_secs(30), wait).unwrap();
        if waited.timed_out() { Err(ProviderError::failed("asked alone")) } else { Ok(()) }
    }
}

struct Remote<'m> {
    answers: TestProvider,
    meeting: &'m Meeting,
}

impl KeyProvider for Remote<'_> {
    fn provider_id(&self) -> &str {
        self.answers.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.answers.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        self.meeting.join()?;
        self.answers.wrap(dek, call)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.answers.unwrap(wrapped, call)
    }

    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        _context: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        Some(Box::new(move |call| self.wrap(dek, call)))
    }
}

#[test]
fn providers_that_wait_are_asked_at_the_same_time() {
    let meeting = Meeting::of(3);
    let remote = |answers| Remote { answers, meeting: &meeting };
    let (a, local, b, c) =
        (remote(good("a")), good("local"), Box::new(remote(good("b"))), remote(good("c")));
    let (_, keys) = generate_dek(&[&a, &local, &b, &c], ContextRef::EMPTY, &mut SysRng).unwrap();
    let ids: Vec<&str> = keys.iter().map(|key| key.view().provider_id).collect();
    assert_eq!(ids, ["a", "local", "b", "c"], "in the order of the providers");
    let threads = meeting.present.into_inner().unwrap();
    assert!(threads.contains(&thread::current().id()), "this thread does its part");
}

#[test]
fn all_that_failed_at_the_same_time_are_named() {
    let meeting = Meeting::of(2);
    let remote = |answers| Remote { answers, meeting: &meeting };
    let (a, b, local) = (remote(down("a")), remote(down("b")), good("local"));
    let made = generate_dek(&[&a, &local, &b], ContextRef::EMPTY, &mut SysRng);
    assert_eq!(names(&made.unwrap_err()), ["a", "b"]);
}

#[test]
fn one_that_waits_is_asked_on_this_thread() {
    let meeting = Meeting::of(1);
    let remote = Remote { answers: good("a"), meeting: &meeting };
    generate_dek(&[&good("local"), &remote], ContextRef::EMPTY, &mut SysRng).unwrap();
    assert_eq!(meeting.present.into_inner().unwrap(), [thread::current().id()]);
}

/// No object is written with a key missing, and nobody behind a failure is asked in vain.
#[test]
fn all_providers_are_required_by_default() {
    let (up, broken, never) = (good("up"), down("broken"), good("never"));
    let refused = encrypt(b"x", &[&up, &broken, &never], &EncryptOptions::new());
    assert_eq!(names(refused.as_ref().unwrap_err()), ["broken"]);
    assert_error(
        refused,
        ProviderFailed,
        "the key provider failed: broken k: the KMS is out of reach",
    );
    assert_eq!((up.calls(), never.calls()), (1, 0));
}

#[test]
fn one_provider_is_enough_where_that_is_asked_for() {
    let options = EncryptOptions::new().require_all(false);
    let (broken, up, other) = (down("broken"), good("up"), down("other"));
    let envelope = encrypt(b"x", &[&broken, &up, &other], &options).unwrap();
    let (header, _) = Header::split(&envelope).unwrap();
    let ids: Vec<&str> = header.wrapped_keys().map(|key| key.provider_id).collect();
    assert_eq!(ids, ["up"]);
    assert_eq!((broken.calls(), up.calls(), other.calls()), (1, 1, 1));
    let refused = encrypt(b"x", &[&broken, &other], &options).unwrap_err();
    assert_eq!(names(&refused), ["broken", "other"]);
}

/// Whoever stops the call wants no object, and not one that lacks a key.
#[test]
fn no_other_key_makes_up_for_a_cancellation() {
    let options = EncryptOptions::new().require_all(false);
    let (up, never) = (good("up"), good("never"));
    let stopped = TestProvider::new("stopped", "k", Answer::Cancelled);
    let refused = encrypt(b"x", &[&up, &stopped, &never], &options);
    assert_eq!(names(refused.as_ref().unwrap_err()), ["stopped"]);
    assert_error(
        refused,
        ProviderFailed,
        "the key provider failed: stopped k: cancelled by the host",
    );
    assert_eq!((up.calls(), never.calls()), (1, 0));
}

/// A provider that makes keys and fails leaves that to the next.
#[test]
fn the_next_provider_generates_where_the_first_one_fails() {
    struct Generating(TestProvider);
    impl KeyProvider for Generating {
        fn provider_id(&self) -> &str {
            self.0.provider_id()
        }

        fn accepts(&self, key_id: &str) -> bool {
            self.0.accepts(key_id)
        }

        fn wrap(
            &self,
            dek: &Dek,
            call: &mut ProviderCall<'_>,
        ) -> Result<WrappedKey, ProviderError> {
            self.0.wrap(dek, call)
        }

        fn unwrap(
            &self,
            key: WrappedKeyRef<'_>,
            call: &mut ProviderCall<'_>,
        ) -> Result<Dek, ProviderError> {
            self.0.unwrap(key, call)
        }

        fn generate(
            &self,
            call: &mut ProviderCall<'_>,
        ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
            let dek = Dek::from_slice(&[3; 32]).unwrap();
            Some(self.0.wrap(&dek, call).map(|key| (dek, key)))
        }
    }
    let options = EncryptOptions::new().require_all(false);
    let (broken, up, last) = (Generating(down("broken")), Generating(good("up")), good("last"));
    let (dek, keys) = options.generate_dek(&[&broken, &up, &last], None, &mut SysRng).unwrap();
    assert_eq!((dek.expose(), keys.len()), (&[3; 32], 2));
    let refused = options.generate_dek(&[&broken, &broken], None, &mut SysRng).unwrap_err();
    assert_eq!(names(&refused), ["broken", "broken"]);
    let strict = EncryptOptions::new().generate_dek(&[&broken, &last], None, &mut SysRng);
    assert_eq!(names(&strict.unwrap_err()), ["broken"]);
    assert_eq!(last.calls(), 1);
}
