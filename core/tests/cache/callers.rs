//! Providers that ask a cache from threads which the core has started for them.

use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;

use sealwax::{
    CachingDecryptor, CachingEncryptor, ConcurrentWrap, ContextRef, DecryptOptions, Dek, Error,
    KeyProvider, LocalKek, ProviderCall, ProviderError, WrappedKey, WrappedKeyRef, encrypt,
};

use crate::concurrency::until;
use crate::kms::Kms;
use crate::{limits, tenant};

type Ask = Box<dyn Fn() -> Result<(), Error> + Send + Sync>;

/// A provider that does something else before it wraps, on whatever thread it may.
struct Asking {
    key: LocalKek,
    ask: Ask,
}

impl Asking {
    fn boxed(key_id: &str, ask: Ask) -> Box<Self> {
        Box::new(Asking { key: LocalKek::from_hex(&"17".repeat(32), key_id).unwrap(), ask })
    }
}

impl KeyProvider for Asking {
    fn provider_id(&self) -> &str {
        self.key.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.key.accepts(key_id)
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        (self.ask)().map_err(ProviderError::failed)?;
        self.key.wrap(dek, call)
    }

    fn unwrap(
        &self,
        key: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        self.key.unwrap(key, call)
    }

    fn concurrent_wrap<'a>(
        &'a self,
        dek: &'a Dek,
        _: ContextRef<'a>,
    ) -> Option<ConcurrentWrap<'a>> {
        Some(Box::new(|call| self.wrap(dek, call)))
    }
}

#[test]
fn providers_that_wrap_at_once_are_told_that_they_ask_their_own_cache() {
    type Cache = CachingEncryptor<'static>;
    let cell: Arc<OnceLock<Weak<Cache>>> = Arc::default();
    let answers: Arc<Mutex<Vec<String>>> = Arc::default();
    let ask = || -> Ask {
        let (cell, answers) = (Arc::clone(&cell), Arc::clone(&answers));
        Box::new(move || {
            let cache = cell.get().unwrap().upgrade().unwrap();
            let again = cache.encrypt(b"again", &tenant("blue"));
            answers.lock().unwrap().push(again.unwrap_err().to_string());
            Ok(())
        })
    };
    let providers: Vec<Box<dyn KeyProvider>> =
        vec![Asking::boxed("a", ask()), Asking::boxed("b", ask())];
    let cache = Arc::new(CachingEncryptor::new(providers, limits()).unwrap());
    assert!(cell.set(Arc::downgrade(&cache)).is_ok());
    cache.encrypt(b"one", &tenant("blue")).unwrap();
    let told = "invalid state: a provider or listener asked the cache that is asking it";
    assert_eq!(*answers.lock().unwrap(), [told, told]);
}

/// Both of them need one key of another cache: the one that comes second waits for the first.
#[test]
fn providers_that_wrap_at_once_may_share_a_cache() {
    let kms = Arc::new(Kms::new("token"));
    let token = encrypt(b"token", &[&kms], &tenant("blue")).unwrap();
    for _ in 0..20 {
        let tokens = CachingDecryptor::new(vec![Box::new(Arc::clone(&kms))], limits())
            .map(Arc::new)
            .unwrap();
        let ask = || -> Ask {
            let (tokens, token) = (Arc::clone(&tokens), token.clone());
            Box::new(move || tokens.decrypt(&token, &DecryptOptions::new()).map(drop))
        };
        let (first, second) = (Asking::boxed("a", ask()), Asking::boxed("b", ask()));
        kms.gate.close();
        thread::scope(|scope| {
            let sealed = scope.spawn(|| encrypt(b"one", &[&first, &second], &tenant("blue")));
            until(|| tokens.stats().hits == 1);
            kms.gate.open();
            sealed.join().unwrap().unwrap();
        });
    }
}
