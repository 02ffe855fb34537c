//! [E-06]: nothing secret is ever printed, by any `Debug` or `Display` of the library.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use sealwax::aead::{Aead, AeadError, DefaultAead, RustCrypto};
use sealwax::audit::{
    AuditedProvider, KeyObserver, KeyOperation, KeyOutcome, KeyUse, KeyUseInProgress,
};
use sealwax::chunked::{Cipher, KeySchedule, OpenStream, Prefix, SealStream};
use sealwax::file::{FileBatch, FileOptions, FileTarget, RewrapFileOutcome, Sparse};
use sealwax::header::HeaderParts;
use sealwax::io::{DecryptReader, EncryptReader, EncryptWriter};
use sealwax::range::RangeOpener;
use sealwax::read_at::{PositionalReader, SeekReader};
use sealwax::{
    CacheLimits, CachingDecryptor, CachingEncryptor, CachingProvider, DecryptOptions, Decryptor,
    EncryptHandle, EncryptionContext, Encryptor, Error, ErrorCode, Header, Kek, KeyProvider,
    LocalExpansion, Padding, Progress, ProviderCall, ProviderError, RewrapMode, Status, SysRng,
    WrappedKeyRef,
};

use crate::common::envelope::{Recipe, Sample, kek, local};
use crate::common::raw::hmac_sha512;
use crate::common::seed::{derived, hex};
use crate::printed::Printed;

/// Words that occur nowhere else.
const PLAINTEXT: &[u8] = b"Xq7vZ2kWbP9mTr4LyD0s";
const ASSOCIATED_DATA: &[u8] = b"hJ6gRf1cVn8u";

/// A sample whose every secret is easy to recognize.
fn sample() -> Sample {
    Recipe::full("secrets")
        .with(|recipe| {
            recipe.dek = derived("a secret DEK");
            recipe.plaintext = PLAINTEXT.to_vec();
            recipe.metadata = Some(b"mQ3tK8xWz5".to_vec());
            recipe.associated_data = ASSOCIATED_DATA.to_vec();
        })
        .make()
}

fn schedule(sample: &Sample) -> KeySchedule {
    let (prefix, _) = Prefix::split(&sample.body).unwrap();
    sample.handle().body_schedule(&prefix, ASSOCIATED_DATA).unwrap()
}

/// Every secret of the sample: keys, what is derived from them, plaintext.
fn secrets(sample: &Sample) -> Vec<Vec<u8>> {
    let schedule = schedule(sample);
    vec![
        sample.recipe.dek.to_vec(),
        kek("a").to_vec(),
        schedule.expose_key().to_vec(),
        schedule.base_nonce().to_vec(),
        sample.recipe.plaintext.clone(),
        sample.recipe.metadata.clone().unwrap(),
        sample.recipe.associated_data.clone(),
    ]
}

/// Four bytes of a secret in hexadecimal, as decimal or hexadecimal lists, or as text.
fn shows(text: &str, secret: &[u8]) -> bool {
    let text: String = text.split_whitespace().collect();
    let lower = text.to_lowercase();
    secret.windows(4).any(|bytes| {
        let list =
            |format: fn(&u8) -> String| bytes.iter().map(format).collect::<Vec<_>>().join(",");
        lower.contains(&hex(bytes))
            || lower.contains(&list(u8::to_string))
            || lower.contains(&list(|byte| format!("0x{byte:02x}")))
            || lower.contains(&list(|byte| format!("{byte:02x}")))
            || std::str::from_utf8(bytes).is_ok_and(|bytes| {
                let squeezed: String = bytes.split_whitespace().collect();
                squeezed.len() == 4 && text.contains(bytes)
            })
    })
}

fn print_keys(printed: &mut Printed, sample: &Sample) {
    let handle = sample.handle();
    printed.add("Dek", handle.dek());
    printed.add("Kek", &Kek::from_slice(&kek("a")).unwrap());
    printed.add("LocalKek", &local("a"));
    printed.add("DecryptHandle", &handle);
    print_expansion(printed, sample);
    #[cfg(feature = "hpke")]
    printed.add_key_pair(&kek("a"));
    printed.add("KeySchedule", &schedule(sample));
    printed.add("Cipher", &Cipher::<RustCrypto>::new(&schedule(sample)));
    printed.add("RustCrypto", &RustCrypto::new(schedule(sample).expose_key()));
    printed.add("DefaultAead", &DefaultAead::new(schedule(sample).expose_key()));
    #[cfg(feature = "aws-lc")]
    printed.add("AwsLc", &sealwax::aead::AwsLc::new(schedule(sample).expose_key()));
    printed.add("SysRng", &SysRng);
    printed.add("AeadError", &AeadError);
    let prefix = sample.body[..56].try_into().unwrap();
    let last = &sample.body[56..];
    let len = sample.body.len() as u64;
    let opener = RangeOpener::new(&handle, ASSOCIATED_DATA, len, prefix, last).unwrap();
    printed.add("RangeOpener", &opener);
}

/// Two blocks under the KEK: the schedule of a local wrapping.
fn print_expansion(printed: &mut Printed, sample: &Sample) {
    let header = Header::parse(&sample.header).unwrap();
    let wrapped = header.wrapped_keys().find(|key| key.key_id == "a").unwrap();
    let mut expansion = LocalExpansion::for_unwrap(wrapped, header.context()).unwrap();
    while let Some(message) = expansion.message() {
        expansion.provide(&hmac_sha512(&kek("a"), &[&message]));
    }
    assert_eq!(*expansion.unwrap(wrapped.wrapped_dek).unwrap().expose(), sample.recipe.dek);
    printed.add("LocalExpansion", &expansion);
}

/// Caches that hold the DEK.
fn print_caches(printed: &mut Printed, sample: &Sample) {
    let limits = CacheLimits::new(3, Duration::from_mins(1));
    printed.add("CacheLimits", &limits);
    let provider = CachingProvider::new(local("a"), limits).unwrap();
    sealwax::decrypt(&sample.bytes(), &[&provider], &decrypt_options()).unwrap();
    printed.add("CachingProvider", &provider);
    let decryptor = CachingDecryptor::new(vec![Box::new(local("a"))], limits).unwrap();
    decryptor.decrypt(&sample.bytes(), &decrypt_options()).unwrap();
    printed.add("CachingDecryptor", &decryptor);
    printed.add("CacheStats", &decryptor.stats());
    let encryptor = CachingEncryptor::new(vec![Box::new(local("a"))], limits).unwrap();
    encryptor.encrypt(PLAINTEXT, &sample.recipe.options()).unwrap();
    printed.add("CachingEncryptor", &encryptor);
}

fn print_machines(printed: &mut Printed, sample: &Sample) {
    let (dek, mut rng) = (sample.handle().dek().duplicate(), sample.recipe.rng());
    let keys = sample.recipe.wrapped_keys(&mut rng);
    let options = sample.recipe.options();
    let mut machine = Encryptor::new(&dek, &options, &mut rng).unwrap();
    printed.add("Encryptor", &machine);
    machine.add_wrapped_key(keys[0].clone()).unwrap();
    // The plaintext waits in the buffer.
    machine.process(&sample.recipe.plaintext, &mut [0; 900]).unwrap();
    printed.add("Encryptor", &machine);
    printed.add("EncryptHandle", &EncryptHandle::new(&dek, &keys, &options, &mut rng).unwrap());
    let mut machine = Decryptor::new(&decrypt_options());
    printed.add("Decryptor", &machine);
    machine.process(&sample.header, &mut []).unwrap();
    printed.add("Decryptor", &machine);
    machine.provide_dek(dek).unwrap();
    machine.process(&sample.body, &mut []).unwrap();
    machine.end_input();
    // The opened plaintext waits for room.
    assert_eq!(machine.process(&[], &mut [0; 4]).unwrap().status, Status::NeedOutput);
    printed.add("Decryptor", &machine);
    let mut seal = SealStream::new(Cipher::<RustCrypto>::new(&schedule(sample)));
    seal.process(&sample.recipe.plaintext, &mut []).unwrap();
    printed.add("SealStream", &seal);
    let mut open = OpenStream::new(Cipher::<RustCrypto>::new(&schedule(sample)));
    open.process(&sample.body[56..], &mut []).unwrap();
    open.end_input();
    assert_eq!(open.process(&[], &mut [0; 4]).unwrap().status, Status::NeedOutput);
    printed.add("OpenStream", &open);
}

fn decrypt_options() -> DecryptOptions<'static> {
    DecryptOptions::new().associated_data(ASSOCIATED_DATA)
}

fn print_readers(printed: &mut Printed, sample: &Sample) {
    use std::io::{Read, Write};
    let (bytes, kek, options) = (sample.bytes(), local("a"), sample.recipe.options());
    let mut byte = [0];
    let mut reader = DecryptReader::new(bytes.as_slice(), &[&kek], &decrypt_options()).unwrap();
    reader.read_exact(&mut byte).unwrap();
    printed.add("DecryptReader", &reader);
    let mut reader = EncryptReader::new(PLAINTEXT, &[&kek], &options).unwrap();
    reader.read_exact(&mut byte).unwrap();
    printed.add("EncryptReader", &reader);
    let mut writer = EncryptWriter::new(Vec::new(), &[&kek], &options).unwrap();
    writer.write_all(PLAINTEXT).unwrap();
    printed.add("EncryptWriter", &writer);
    let reader = PositionalReader::open(bytes.clone(), &[&kek], &decrypt_options()).unwrap();
    reader.read_exact_at(&mut byte, 0).unwrap();
    printed.add("PositionalReader", &reader);
    let mut reader = SeekReader::new(reader);
    reader.read_exact(&mut byte).unwrap();
    printed.add("SeekReader", &reader);
    let folder = tempfile::tempdir().unwrap();
    let mut target = FileTarget::create(folder.path().join("x"), &FileOptions::new()).unwrap();
    target.write_all(PLAINTEXT).unwrap();
    printed.add("FileTarget", &target);
    printed.add("FileBatch", &FileBatch::new());
    printed.add("Sparse", &Sparse::Auto);
    printed.add("FileOptions", &FileOptions::new());
    printed.add("RewrapFileOutcome", &RewrapFileOutcome::InPlace);
}

/// Types that hold nothing secret by their nature still must not pick up anything.
fn print_plain(printed: &mut Printed, sample: &Sample) {
    let header = Header::parse(&sample.header).unwrap();
    let keys: Vec<WrappedKeyRef<'_>> = header.wrapped_keys().collect();
    printed.add("Header", &header);
    printed.add("WrappedKeyRef", &keys[0]);
    printed.add("WrappedKey", &sealwax::WrappedKey::from(keys[0]));
    printed.add("ContextRef", &header.context());
    printed.add("EncryptionContext", &sealwax::EncryptionContext::from(header.context()));
    let sealed_metadata = header.sealed_metadata();
    printed.add(
        "HeaderParts",
        &HeaderParts { context: header.context(), sealed_metadata, wrapped_keys: &keys },
    );
    printed.add("Prefix", &Prefix::split(&sample.body).unwrap().0);
    printed.add("EncryptOptions", &sample.recipe.options());
    printed.add("DecryptOptions", &decrypt_options());
    printed.add("Escaped", &sealwax::Escaped::new("text"));
    printed.add("OwnProcess", &sealwax::OwnProcess::new());
    printed.add("Caller", &sealwax::Caller::new());
    printed.add("CallerHandle", &sealwax::Caller::new().handle());
    printed.add("Padding", &Padding::Auto);
    printed.add("RewrapMode", &RewrapMode::Add);
    printed.add("Status", &Status::NeedKey);
    printed.add("Progress", &progress());
    printed.add("ChunkPosition", &sealwax::chunked::chunk_of(1));
    printed.add("Moment", &sealwax::audit::Moment::default());
    printed.add("KeyOperation", &KeyOperation::CacheHit);
    printed.add("KeyOutcome", &KeyOutcome::Denied);
    for code in ErrorCode::ALL {
        printed.add("ErrorCode", code);
    }
}

/// Prints the events of a use that fails and of one that does not.
struct Printing(Mutex<Printed>);

impl KeyObserver for Printing {
    fn key_used(&self, used: &KeyUse<'_>) {
        let mut printed = self.0.lock().unwrap();
        printed.add("KeyUse", used);
        printed.0.push(("KeyUse".to_owned(), used.to_string()));
    }
}

fn print_audit(printed: &mut Printed, sample: &Sample) {
    let printing = Printing(Mutex::default());
    let audited = AuditedProvider::new(local("a"), &printing);
    printed.add("AuditedProvider", &audited);
    let mut bytes = sample.bytes();
    let mut call = ProviderCall::new(sealwax::ContextRef::EMPTY);
    call.attach(PLAINTEXT.to_vec());
    printed.add("ProviderCall", &call);
    printed.add("KeyUseInProgress", &KeyUseInProgress::start(&printing, KeyOperation::Wrap));
    sealwax::decrypt(&bytes, &[&audited], &decrypt_options()).unwrap();
    let at = sample.header.len() - 33;
    bytes[at] ^= 1;
    sealwax::decrypt(&bytes, &[&audited], &decrypt_options()).unwrap_err();
    printed.0.append(&mut printing.0.into_inner().unwrap().0);
}

fn progress() -> Progress {
    Decryptor::new(&DecryptOptions::new()).process(&[], &mut []).unwrap()
}

fn print_sharing(printed: &mut Printed, sample: &Sample) {
    use sealwax::parallel::{Sharing, Target};
    printed.add("Sharing", &Sharing::new(2, &|| 1));
    printed.add("Target", &Target::Slice(&mut sample.recipe.plaintext.clone()));
}

fn print_errors(printed: &mut Printed, sample: &Sample) {
    let bytes = sample.bytes();
    let options = decrypt_options();
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        let error = sealwax::decrypt(&bytes, &[&local("a")], &options).unwrap_err();
        print_details(printed, &error);
        printed.add_error("Error", &error);
        let mut machine = Decryptor::new(&options);
        let failed = machine.process(&bytes, &mut []).and_then(|_| {
            machine.unwrap_with(&[&local("a")])?;
            machine.process(&bytes[sample.header.len()..], &mut [])
        });
        if failed.is_err() {
            printed.add("Decryptor", &machine);
        }
        if let Error::KeyUnwrap(attempts) = error {
            printed.add("Attempts", &attempts);
            for attempt in attempts.as_slice() {
                printed.add("Attempt", attempt);
            }
        }
    }
    let rejected = local("a")
        .unwrap(
            WrappedKeyRef { provider_id: "local", key_id: "a", wrapped_dek: &[0; 104] },
            &mut sealwax::ContextRef::EMPTY.into(),
        )
        .unwrap_err();
    printed.add_error("ProviderError", &rejected);
    printed.add_error("ProviderError", &ProviderError::failed("the host's words"));
}

/// What errors tell of public names.
fn print_details(printed: &mut Printed, error: &Error) {
    let required = EncryptionContext::from_pairs([("no such", "pair")]).unwrap();
    let missing = sealwax::ContextRef::EMPTY.require(required.view()).unwrap_err();
    for error in [error, &missing] {
        match error {
            Error::NoMatchingKey(keys) => {
                printed.add("KeyMismatch", keys);
                keys.wanted().iter().for_each(|key| printed.add("KeyName", key));
            }
            Error::ContextMismatch(pair) => printed.add("PairMismatch", pair),
            _ => {}
        }
    }
}

fn print_all() -> (Sample, Printed) {
    let (sample, mut printed) = (sample(), Printed::default());
    print_keys(&mut printed, &sample);
    print_machines(&mut printed, &sample);
    print_caches(&mut printed, &sample);
    print_readers(&mut printed, &sample);
    print_plain(&mut printed, &sample);
    print_audit(&mut printed, &sample);
    print_sharing(&mut printed, &sample);
    print_errors(&mut printed, &sample);
    (sample, printed)
}

#[test]
fn no_text_shows_a_secret() {
    let (sample, printed) = print_all();
    for (name, text) in &printed.0 {
        for secret in secrets(&sample) {
            assert!(!shows(text, &secret), "{name} shows a secret: {text}");
        }
    }
    // The scan does find what is shown.
    let dek = sample.recipe.dek;
    assert!(shows(&format!("{dek:?}"), &dek) && shows(&format!("{dek:#?}"), &dek));
    assert!(shows(&format!("{dek:02x?}"), &dek) && shows(&hex(&dek).to_uppercase(), &dek));
    assert!(shows("x Xq7v y", &sample.recipe.plaintext));
}

/// Names of all public types in the sources; macros that make types are listed by hand.
fn public_types(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public_types(&path, found);
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let line = line.trim_start();
            let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name: String = rest
                .unwrap_or_default()
                .chars()
                .take_while(|char| char.is_alphanumeric())
                .collect();
            if !name.is_empty() {
                found.insert(name);
            }
        }
    }
}

/// A new public type must be added to this test.
#[test]
fn every_public_type_is_printed() {
    let mut types: BTreeSet<String> =
        ["Dek", "Kek", "SealStream", "OpenStream", "KeyOperation", "KeyOutcome"]
            .map(str::to_owned)
            .into();
    public_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut types);
    if cfg!(not(feature = "aws-lc")) {
        types.remove("AwsLc");
    }
    if cfg!(not(feature = "hpke")) {
        types.retain(|name| !name.starts_with("Hpke"));
    }
    let (_, printed) = print_all();
    let names: BTreeSet<String> = printed.0.into_iter().map(|(name, _)| name).collect();
    let missing: Vec<&String> = types.difference(&names).collect();
    assert!(missing.is_empty(), "print these in one of the functions above: {missing:?}");
    assert_eq!(types, names);
}
