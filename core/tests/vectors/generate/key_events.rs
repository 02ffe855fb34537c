//! `key_events.json`: one script of calls, with the events that it causes in every language.

use std::collections::BTreeMap;
use std::time::Duration;

use sealwax::audit::{AuditedProvider, KeyOperation, KeyOutcome, KeyUse};
use sealwax::{
    CacheLimits, CachingProvider, DecryptOptions, EncryptOptions, EncryptionContext, KeyProvider,
    LocalKek, Result, RewrapMode,
};
use serde::Serialize;

use crate::common::audit::{Heard, MaskingKms, Mood};

const CONTEXT: [(&str, &str); 1] = [("tenant", "blue")];

#[derive(Serialize)]
struct File {
    header: Vec<&'static str>,
    operations: Vec<Word>,
    outcomes: Vec<Word>,
    context: [(&'static str, &'static str); 1],
    script: Vec<Step>,
}

#[derive(Serialize)]
struct Word {
    number: u16,
    name: &'static str,
}

/// One call, and what is heard of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    comment: &'static str,
    call: Call,
    object: &'static str,
    keys: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    new_keys: &'static [&'static str],
    kms: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    events: Vec<Event>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Call {
    Encrypt,
    Decrypt,
    Rewrap,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    operation: &'static str,
    outcome: &'static str,
    provider_id: String,
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl From<&KeyUse<'_>> for Event {
    fn from(used: &KeyUse<'_>) -> Self {
        let pairs: Vec<_> = used.context.iter().collect();
        assert_eq!(pairs, CONTEXT, "the context of every event");
        Event {
            operation: used.operation.as_str(),
            outcome: used.outcome.as_str(),
            provider_id: used.provider_id.to_owned(),
            key_id: used.key_id.to_owned(),
            request_id: used.request_id.map(ToOwned::to_owned),
        }
    }
}

type Audited<'a, P> = AuditedProvider<P, &'a Heard<Event>>;

/// The keys of the script, and the objects that it has made.
struct Stage<'a> {
    kms: &'a MaskingKms,
    heard: &'a Heard<Event>,
    audited: Audited<'a, &'a MaskingKms>,
    cache: CachingProvider<Audited<'a, &'a MaskingKms>>,
    local: Audited<'a, LocalKek>,
    objects: BTreeMap<&'static str, Vec<u8>>,
}

impl Stage<'_> {
    fn keys(&self, names: &[&str]) -> Vec<&dyn KeyProvider> {
        let key = |name: &&str| -> &dyn KeyProvider {
            match *name {
                "kms" => &self.audited,
                "cache" => &self.cache,
                "local" => &self.local,
                other => panic!("there is no key {other}"),
            }
        };
        names.iter().map(key).collect()
    }

    fn run(&mut self, mut step: Step) -> Step {
        self.kms.set_mood(match step.kms {
            "works" => Mood::Works,
            "fails" => Mood::Fails,
            "denies" => Mood::Denies,
            "rejects" => Mood::Rejects,
            other => panic!("there is no mood {other}"),
        });
        let done = self.call(&step);
        step.error = done.err().map(|error| error.code().as_str());
        step.events = self.heard.take();
        step
    }

    fn call(&mut self, step: &Step) -> Result<()> {
        let keys = self.keys(step.keys);
        let object = self.objects.get(step.object);
        let made = match step.call {
            Call::Encrypt => {
                let context = EncryptionContext::from_pairs(CONTEXT)?;
                sealwax::encrypt(b"tide table", &keys, &EncryptOptions::new().context(context))?
            }
            Call::Decrypt => {
                sealwax::decrypt(&object.unwrap()[..], &keys, &DecryptOptions::new())?;
                return Ok(());
            }
            Call::Rewrap => {
                let new = self.keys(step.new_keys);
                sealwax::rewrap(object.unwrap(), &keys, &new, RewrapMode::Replace)?
            }
        };
        self.objects.insert(step.object, made);
        Ok(())
    }
}

fn script() -> Vec<Step> {
    use Call::{Decrypt, Encrypt, Rewrap};
    const BOTH: &[&str] = &["kms", "local"];
    let step = |comment, call, object, keys, kms| Step {
        comment,
        call,
        object,
        keys,
        new_keys: &[],
        kms,
        error: None,
        events: Vec::new(),
    };
    vec![
        step("two providers wrap", Encrypt, "a", BOTH, "works"),
        step("the first one opens", Decrypt, "a", BOTH, "works"),
        step("a failure moves on", Decrypt, "a", BOTH, "fails"),
        step("a denial moves on", Decrypt, "a", BOTH, "denies"),
        step("a rejection moves on", Decrypt, "a", BOTH, "rejects"),
        step("the cache asks", Encrypt, "b", &["cache"], "works"),
        step("the cache has a key", Encrypt, "b", &["cache"], "fails"),
        step("the cache asks for the other direction", Decrypt, "b", &["cache"], "works"),
        step("the cache has this one, too", Decrypt, "b", &["cache"], "denies"),
        Step { new_keys: &["kms"], ..step("a rotation", Rewrap, "a", &["local"], "works") },
        step("no key was used", Decrypt, "a", &["local"], "works"),
        step("nothing is written", Encrypt, "c", &["kms"], "fails"),
        step("nothing is opened", Decrypt, "a", &["kms"], "denies"),
        step("the key is another one", Decrypt, "a", &["kms"], "rejects"),
        step("a cache tells what its provider says", Decrypt, "a", &["cache"], "denies"),
    ]
}

pub fn file() -> String {
    let (kms, heard) = (MaskingKms::new(), Heard::new());
    let local = LocalKek::from_hex(&"17".repeat(32), "kek-1").expect("a key");
    let limits = CacheLimits::new(10, Duration::from_hours(1));
    let audited = || AuditedProvider::new(&kms, &heard);
    let mut stage = Stage {
        kms: &kms,
        heard: &heard,
        audited: audited(),
        cache: CachingProvider::new(audited(), limits).expect("limits"),
        local: AuditedProvider::new(local, &heard),
        objects: BTreeMap::new(),
    };
    let script: Vec<Step> = script().into_iter().map(|step| stage.run(step)).collect();
    super::written::json(&File {
        header: vec![
            "Words of key events; numbers and names are never changed or reused.",
            "A script of calls with the events of each: core/vectors/README.md says how to run it.",
        ],
        operations: words(KeyOperation::ALL, |it| (it.as_u16(), it.as_str())),
        outcomes: words(KeyOutcome::ALL, |it| (it.as_u16(), it.as_str())),
        context: CONTEXT,
        script,
    })
}

fn words<T: Copy>(all: &[T], names: impl Fn(T) -> (u16, &'static str)) -> Vec<Word> {
    all.iter().map(|it| names(*it)).map(|(number, name)| Word { number, name }).collect()
}
