//! An audited provider tells the same events where it answers in its own time: the script of
//! `core/vectors/key_events.json`, and what has no twin among blocking providers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use sealwax::audit::{AuditedProvider, KeyUse};
use sealwax::{
    AsyncKeyProvider, CacheLimits, CachingProvider, ContextRef, DecryptHandle, DecryptOptions, Dek,
    EncryptHandle, EncryptOptions, EncryptionContext, Error, Header, KeyProvider, LocalKek,
    ProviderCall, ProviderFuture, Result, SysRng, WrappedKey, WrappedKeyRef, rewrap_header,
    wrap_dek_async,
};
use serde::Deserialize;

use crate::common::audit::{Heard, Line, MaskingKms, Mood};
use crate::providers::not_at_once;
use crate::{block_on, once};

#[derive(Deserialize)]
struct File {
    context: [(String, String); 1],
    script: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    comment: String,
    call: String,
    object: String,
    keys: Vec<String>,
    #[serde(default)]
    new_keys: Vec<String>,
    kms: Mood,
    error: Option<String>,
    events: Vec<Event>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Event {
    operation: String,
    outcome: String,
    provider_id: String,
    key_id: String,
    request_id: Option<String>,
}

impl From<&KeyUse<'_>> for Event {
    fn from(used: &KeyUse<'_>) -> Self {
        assert_eq!(used.context.iter().collect::<Vec<_>>(), [("tenant", "blue")]);
        Event {
            operation: used.operation.to_string(),
            outcome: used.outcome.to_string(),
            provider_id: used.provider_id.to_owned(),
            key_id: used.key_id.to_owned(),
            request_id: used.request_id.map(ToOwned::to_owned),
        }
    }
}

/// The KMS of the script, which takes its time.
struct Slow<'a>(&'a MaskingKms);

impl AsyncKeyProvider for Slow<'_> {
    fn provider_id(&self) -> &str {
        self.0.provider_id()
    }

    fn accepts(&self, key_id: &str) -> bool {
        self.0.accepts(key_id)
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        self.0.wrap_key_id()
    }

    fn wrap<'a>(
        &'a self,
        dek: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        Box::pin(async move {
            not_at_once().await;
            self.0.wrap(dek, call)
        })
    }

    fn unwrap<'a>(
        &'a self,
        key: WrappedKeyRef<'a>,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        Box::pin(async move {
            not_at_once().await;
            self.0.unwrap(key, call)
        })
    }

    fn generate<'a>(
        &'a self,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Option<(Dek, WrappedKey)>> {
        Box::pin(async move {
            not_at_once().await;
            self.0.generate(call).transpose()
        })
    }
}

type Audited<'a, P> = AuditedProvider<P, &'a Heard<Event>>;

/// The keys of the script, and the objects that it has made.
struct Stage<'a> {
    context: EncryptionContext,
    kms: Audited<'a, Slow<'a>>,
    local: Audited<'a, LocalKek>,
    /// Caches block, whatever is behind them.
    cache: CachingProvider<Audited<'a, &'a MaskingKms>>,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Stage<'_> {
    fn keys(&self, names: &[String]) -> Vec<&dyn AsyncKeyProvider> {
        let key = |name: &String| -> &dyn AsyncKeyProvider {
            match name.as_str() {
                "kms" => &self.kms,
                "local" => &self.local,
                other => panic!("there is no key {other}"),
            }
        };
        names.iter().map(key).collect()
    }

    fn call(&mut self, step: &Step) -> Result<()> {
        let made = match (step.call.as_str(), step.keys.as_slice()) {
            ("encrypt", [key]) if key == "cache" => {
                let options = EncryptOptions::new().context(self.context.clone());
                sealwax::encrypt(b"tide table", &[&self.cache], &options)?
            }
            ("encrypt", keys) => block_on(self.encrypt(keys))?,
            ("decrypt", [key]) if key == "cache" => {
                let object = &self.objects[&step.object];
                return sealwax::decrypt(object, &[&self.cache], &DecryptOptions::new()).map(drop);
            }
            ("decrypt", keys) => {
                return block_on(self.open(&step.object, keys)).map(drop);
            }
            ("rewrap", keys) => block_on(self.rewrap(&step.object, keys, &step.new_keys))?,
            (other, _) => panic!("there is no call {other}"),
        };
        self.objects.insert(step.object.clone(), made);
        Ok(())
    }

    async fn encrypt(&self, keys: &[String]) -> Result<Vec<u8>> {
        let options = EncryptOptions::new().context(self.context.clone());
        let keys = self.keys(keys);
        let (dek, wrapped) = options.generate_dek_async(&keys, None, &mut SysRng).await?;
        let handle = EncryptHandle::new(&dek, &wrapped, &options, &mut SysRng)?;
        handle.encrypt(b"tide table", b"", &mut SysRng)
    }

    async fn open(&self, object: &str, keys: &[String]) -> Result<DecryptHandle> {
        let (header, _) = Header::split(&self.objects[object])?;
        let options = DecryptOptions::new();
        DecryptHandle::open_async(header.as_bytes(), &self.keys(keys), &options).await
    }

    async fn rewrap(&self, object: &str, old: &[String], new: &[String]) -> Result<Vec<u8>> {
        let handle = self.open(object, old).await?;
        let (header, body) = Header::split(&self.objects[object])?;
        let wrapped = wrap_dek_async(handle.dek(), &self.keys(new), header.context()).await?;
        let mut made = rewrap_header(&handle, &wrapped)?;
        made.extend_from_slice(body);
        Ok(made)
    }
}

#[test]
fn the_script_has_the_same_events_as_with_blocking_providers() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/key_events.json");
    let file: File = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let (kms, heard) = (MaskingKms::new(), Heard::new());
    let limits = CacheLimits::new(10, Duration::from_hours(1));
    let mut stage = Stage {
        context: EncryptionContext::from_pairs(file.context).unwrap(),
        kms: AuditedProvider::new(Slow(&kms), &heard),
        local: AuditedProvider::new(LocalKek::from_hex(&"17".repeat(32), "kek-1").unwrap(), &heard),
        cache: CachingProvider::new(AuditedProvider::new(&kms, &heard), limits).unwrap(),
        objects: BTreeMap::new(),
    };
    for step in file.script {
        kms.set_mood(step.kms);
        let error = stage.call(&step).err().map(|error| error.code().to_string());
        assert_eq!(error, step.error, "{}", step.comment);
        assert_eq!(heard.take(), step.events, "{}", step.comment);
    }
}

/// A KMS that never answers.
struct Silent;

impl AsyncKeyProvider for Silent {
    fn provider_id(&self) -> &'static str {
        "silent"
    }

    fn accepts(&self, _: &str) -> bool {
        true
    }

    fn wrap<'a>(
        &'a self,
        _: &'a Dek,
        call: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, WrappedKey> {
        call.set_request_id("req-1");
        Box::pin(std::future::pending())
    }

    fn unwrap<'a>(
        &'a self,
        _: WrappedKeyRef<'a>,
        _: &'a mut ProviderCall<'_>,
    ) -> ProviderFuture<'a, Dek> {
        Box::pin(std::future::pending())
    }
}

/// Whether the KMS has used its key nobody knows: the log says that it was asked.
#[test]
fn a_question_that_is_given_up_is_a_use_that_failed() {
    struct Told(String);
    impl From<&KeyUse<'_>> for Told {
        fn from(used: &KeyUse<'_>) -> Self {
            let error = used.error.and_then(std::error::Error::source).unwrap();
            assert!(matches!(error.downcast_ref(), Some(Error::Cancelled)), "{error}");
            Told(format!("{used} {:?}", used.request_id))
        }
    }
    let heard = Heard::<Told>::new();
    let silent = AuditedProvider::new(Silent, &heard);
    let dek = Dek::from_slice(&[1; 32]).unwrap();
    let silent: [&dyn AsyncKeyProvider; 1] = [&silent];
    let mut asked = Box::pin(wrap_dek_async(&dek, &silent, ContextRef::EMPTY));
    assert!(once(asked.as_mut()).is_pending() && heard.take().is_empty());
    drop(asked);
    let told: Vec<String> = heard.take().into_iter().map(|told| told.0).collect();
    assert_eq!(told, ["wrap by silent with no key: failed Some(\"req-1\")"]);
    drop(wrap_dek_async(&dek, &silent, ContextRef::EMPTY));
    assert!(heard.take().is_empty(), "nobody was asked");
}

/// A local key, which makes no DEKs: asking it to is no use of it.
#[test]
fn a_dek_that_a_provider_does_not_make_is_no_event() {
    let heard = Heard::<Line>::new();
    let key = AuditedProvider::new(crate::kek("a"), &heard);
    let options = EncryptOptions::new();
    block_on(options.generate_dek_async(&[&key], None, &mut SysRng)).unwrap();
    assert_eq!(heard.take(), ["wrap by local with a: ok"]);
}
