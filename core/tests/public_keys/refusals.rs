//! What must fail, with its exact error.

use sealwax::ErrorCode::{
    HeaderAuthentication, InvalidArgument, KeyUnwrap, LimitExceeded, NoMatchingKey, Randomness,
};
use sealwax::rand_core::{TryCryptoRng, TryRng};
use sealwax::{
    ContextRef, DecryptOptions, Dek, EncryptHandle, EncryptOptions, EncryptionContext, Error,
    Header, HpkeIdentity, HpkeKem, HpkeRecipient, KeyProvider, WrappedKey, decrypt, encrypt,
};

use crate::common::seed::hex;
use crate::{assert_error, fixed, identity};

const NOT_OPENED: &str =
    "the key of this id has other key material (or the wrapped key or its context was modified)";

fn sealed(key: &HpkeIdentity) -> Vec<u8> {
    encrypt(b"tide table", &[key.recipient()], &EncryptOptions::new()).unwrap()
}

fn open(envelope: &[u8], keys: &[&dyn KeyProvider]) -> Result<Vec<u8>, Error> {
    decrypt(envelope, keys, &DecryptOptions::new())
}

/// The envelope with a wrapped key that a stranger changed.
fn with_wrapped(envelope: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let header = Header::split(envelope).unwrap().0;
    let mut wrapped = header.wrapped_keys().next().unwrap().wrapped_dek.to_vec();
    let at = envelope.windows(wrapped.len()).position(|part| part == wrapped).unwrap();
    let len = wrapped.len();
    change(&mut wrapped);
    assert_eq!(wrapped.len(), len, "a header of the same length");
    let mut envelope = envelope.to_vec();
    envelope.splice(at..at + len, wrapped);
    envelope
}

fn unwrap_error(key: &HpkeIdentity, cause: &str) -> String {
    let id = key.recipient().key_id();
    format!("the wrapped key did not open: hpke {id}: the wrapped key was rejected: {cause}")
}

/// [K-16]: a public key decrypts nothing, and is not asked.
#[test]
fn the_public_half_does_not_read() {
    let key = fixed(HpkeKem::X25519, 1);
    let id = key.recipient().key_id();
    let message = format!(
        "no configured key matches a wrapped key of this envelope, which needs hpke {id}; given: hpke {id}"
    );
    assert_error(open(&sealed(&key), &[key.recipient()]), NoMatchingKey, &message);
}

#[test]
fn a_strangers_key_is_not_asked() {
    for kem in HpkeKem::ALL {
        let envelope = sealed(&identity(*kem));
        let outcome = open(&envelope, &[&identity(*kem)]);
        assert_eq!(outcome.unwrap_err().code(), NoMatchingKey);
    }
}

/// [K-15]: another key under the same name.
#[test]
fn another_key_of_this_name_does_not_open() {
    for kem in HpkeKem::ALL {
        let mine = identity(*kem).with_key_id("inbox").unwrap();
        let theirs = identity(*kem).with_key_id("inbox").unwrap();
        let message = unwrap_error(&mine, NOT_OPENED);
        assert_error(open(&sealed(&theirs), &[&mine]), KeyUnwrap, &message);
    }
}

/// [K-15]: each byte of `enc` counts. That of ML-KEM makes it answer with another secret.
#[test]
fn a_flipped_enc_does_not_open() {
    for kem in HpkeKem::ALL {
        let key = fixed(*kem, 1);
        let envelope = sealed(&key);
        let (header, _) = Header::split(&envelope).unwrap();
        let len = header.wrapped_keys().next().unwrap().wrapped_dek.len();
        for at in [2, len / 2, len - 50] {
            let changed = with_wrapped(&envelope, |wrapped| wrapped[at] ^= 1);
            assert_error(open(&changed, &[&key]), KeyUnwrap, &unwrap_error(&key, NOT_OPENED));
        }
    }
}

/// [K-15]: the wrapped key of X25519 under the number of X-Wing.
#[test]
fn a_swapped_kem_does_not_open() {
    let key = fixed(HpkeKem::X25519, 1);
    let changed =
        with_wrapped(&sealed(&key), |wrapped| wrapped[..2].copy_from_slice(&[0x64, 0x7a]));
    let cause = "the wrapped key is of another KEM than the key of this id";
    assert_error(open(&changed, &[&key]), KeyUnwrap, &unwrap_error(&key, cause));
}

/// [K-13]: the wrapped key of an object under another context.
#[test]
fn another_context_does_not_open() {
    for kem in HpkeKem::ALL {
        let key = identity(*kem);
        let dek = Dek::from_slice(&[9; 32]).unwrap();
        let blue = EncryptionContext::from_pairs([("tenant", "blue")]).unwrap();
        let wrapped = key.wrap(&dek, &mut ContextRef::EMPTY.into()).unwrap();
        let options = EncryptOptions::new().context(blue);
        let handle = EncryptHandle::new(&dek, &[wrapped], &options, &mut sealwax::SysRng).unwrap();
        let message = unwrap_error(&key, NOT_OPENED);
        assert_error(
            open(&handle.encrypt(b"x", &[], &mut sealwax::SysRng).unwrap(), &[&key]),
            KeyUnwrap,
            &message,
        );
    }
}

/// [H-17]: AES-GCM does not commit to its key. A wrapped key that opens to another DEK, as a KEM
/// that rejects implicitly would give where no tag follows, ends at the MAC of the header.
#[test]
fn another_dek_ends_at_the_mac_of_the_header() {
    for kem in HpkeKem::ALL {
        let key = fixed(*kem, 1);
        let other = Dek::from_slice(&[9; 32]).unwrap();
        let wrapped = key.wrap(&other, &mut ContextRef::EMPTY.into()).unwrap();
        let changed =
            with_wrapped(&sealed(&key), |bytes| *bytes = wrapped.view().wrapped_dek.to_vec());
        assert_error(
            open(&changed, &[&key]),
            HeaderAuthentication,
            "header authentication failed: wrong key or modified header",
        );
    }
}

/// [K-17]: a changed character is found wherever it is.
#[test]
fn a_recipient_with_a_changed_character_is_refused() {
    let text = fixed(HpkeKem::X25519, 1).recipient().to_string();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. =\u{e9}";
    for (at, old) in text.char_indices() {
        for new in alphabet.chars().filter(|new| *new != old) {
            let mut changed = text.clone();
            changed.replace_range(at..=at, new.encode_utf8(&mut [0; 4]));
            let outcome = changed.parse::<HpkeRecipient>();
            assert_eq!(outcome.map(|_| changed).unwrap_err().code(), InvalidArgument);
        }
    }
}

#[test]
fn a_mistaken_key_says_which_one_is_needed() {
    let key = fixed(HpkeKem::X25519, 1);
    let (public, secret) = (key.recipient().to_string(), key.to_text());
    let parse = |text: &str| text.parse::<HpkeRecipient>();
    let read = HpkeIdentity::from_text;
    let message = "invalid argument: this is a secret key: keep it, and give the public one, which starts with sealwaxpub1.";
    assert_error(parse(&secret), InvalidArgument, message);
    let message = "invalid argument: this is a public key, which only encrypts: the secret one, which decrypts, starts with sealwaxsec1.";
    assert_error(read(&public), InvalidArgument, message);
    let message = "invalid argument: the text form of a public key starts with sealwaxpub1.";
    assert_error(parse("age1xyz"), InvalidArgument, message);
    let message = "invalid argument: the text form of a secret key starts with sealwaxsec1.";
    assert_error(read("AGE-SECRET-KEY-1"), InvalidArgument, message);
    let message =
        "invalid argument: the key is neither of x25519 nor of x-wing: a newer Sealwax may know it";
    assert_error(parse("sealwaxpub1.p256.AAAA"), InvalidArgument, message);
    let message =
        "invalid argument: the checksum of the key is wrong: a character was changed or lost";
    assert_error(parse(&public[..40]), InvalidArgument, message);
    let message = "invalid argument: a key file has one line with a key, and comments behind #";
    let two = format!("{}\n{}\n", *secret, *secret);
    assert_error(HpkeIdentity::from_file_content(two.as_bytes()), InvalidArgument, message);
    assert_error(HpkeIdentity::from_file_content(b"# nothing\n"), InvalidArgument, message);
    assert_error(HpkeIdentity::from_file_content(&[0xff; 32]), InvalidArgument, message);
}

/// [K-16].
#[test]
fn a_public_key_that_is_none_is_refused() {
    let low = "invalid argument: the public key has a point of low order: no secret comes of it";
    let none = "invalid argument: these bytes are no public key of this KEM";
    let made = HpkeRecipient::from_public_key;
    assert_error(made(HpkeKem::X25519, &[0; 32]), InvalidArgument, low);
    assert_error(made(HpkeKem::X25519, &[9; 31]), InvalidArgument, none);
    assert_error(made(HpkeKem::X25519, &[]), InvalidArgument, none);
    let mut x_wing = fixed(HpkeKem::XWing, 1).recipient().public_key().to_vec();
    x_wing[1_184..].fill(0);
    assert_error(made(HpkeKem::XWing, &x_wing), InvalidArgument, low);
    assert_error(made(HpkeKem::XWing, &[0xff; 1_216]), InvalidArgument, none);
}

#[test]
fn a_name_has_its_limits() {
    let named = |name: String| fixed(HpkeKem::X25519, 1).with_key_id(name);
    assert_eq!(named(String::new()).unwrap_err().code(), InvalidArgument);
    assert_eq!(named("k".repeat(2_049)).unwrap_err().code(), LimitExceeded);
    assert!(named("k".repeat(2_048)).is_ok());
}

/// Fails after some bytes.
struct Failing(usize);

impl TryRng for Failing {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        Err(Error::Randomness)
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        Err(Error::Randomness)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(Error::Randomness)?;
        bytes.fill(1);
        Ok(())
    }
}

impl TryCryptoRng for Failing {}

#[test]
fn nothing_is_wrapped_without_randomness() {
    let dek = Dek::from_slice(&[9; 32]).unwrap();
    for kem in HpkeKem::ALL {
        let key = fixed(*kem, 1);
        let wrap = |len| key.recipient().wrap_with(&dek, ContextRef::EMPTY, &mut Failing(len));
        assert_eq!(wrap(0).unwrap_err().code(), Randomness);
        assert_eq!(wrap(31).unwrap_err().code(), Randomness);
        assert!(wrap(64).is_ok());
        assert_eq!(HpkeIdentity::generate(*kem, &mut Failing(31)).unwrap_err().code(), Randomness);
    }
}

/// A provider of somebody else's that calls the public half all the same.
#[test]
fn the_public_half_says_that_it_cannot_unwrap() {
    let key = fixed(HpkeKem::X25519, 1);
    let wrapped = WrappedKey::new("hpke", "k", [1; 82]).unwrap();
    let error = key.recipient().unwrap(wrapped.view(), &mut ContextRef::EMPTY.into()).unwrap_err();
    assert_eq!(error.to_string(), "a public key cannot unwrap: the secret key can");
    assert!(!error.is_rejection());
}

/// [E-06]: no form of printing shows the secret.
#[test]
fn nothing_secret_is_printed() {
    for kem in HpkeKem::ALL {
        let key = fixed(*kem, 0xa7);
        let printed = format!("{key:?} {:?} {}", key.recipient(), key.recipient());
        assert!(!printed.contains(&hex(&[0xa7; 8])));
        assert!(!printed.contains("p6enp6en"), "base64 of it");
        assert!(printed.contains("Kek(redacted)"));
    }
}
