//! Public names in errors, and that no name can be mistaken for another part of a message.

use sealwax::{
    ContextRef, DecryptHandle, DecryptOptions, Dek, EncryptHandle, EncryptOptions,
    EncryptionContext, Error, KeyProvider, ProviderError, SysRng, WrappedKey,
};

use crate::common::envelope::local;
use crate::common::providers::{Answer, TestProvider};

/// What a stranger may write into a header, and what a terminal must not be sent.
const HOSTILE: &str = "a\u{1b}[2J\r\nINFO ok\u{202e}\u{2028}\u{0}\u{9b}";
const ESCAPED: &str = r"a\u{1b}[2J\r\nINFO ok\u{202e}\u{2028}\0\u{9b}";

fn header(keys: &[WrappedKey], pairs: &[(&str, &str)]) -> Vec<u8> {
    let dek = Dek::from_slice(&[9; 32]).unwrap();
    let context = EncryptionContext::from_pairs(pairs.iter().copied()).unwrap();
    let options = EncryptOptions::new().context(context);
    EncryptHandle::new(&dek, keys, &options, &mut SysRng).unwrap().header().to_vec()
}

fn open_error(header: &[u8], providers: &[&dyn KeyProvider], required: &[(&str, &str)]) -> Error {
    let required = EncryptionContext::from_pairs(required.iter().copied()).unwrap();
    let options = DecryptOptions::new().required_context(required);
    DecryptHandle::open(header, providers, &options).unwrap_err()
}

/// Whether every character is one that a line of a log can hold.
fn is_plain(text: &str) -> bool {
    text.chars().all(|char| char == ' ' || char.is_ascii_graphic())
}

#[test]
fn no_matching_key_names_what_is_wanted_and_what_is_given() {
    let key = WrappedKey::new(HOSTILE, HOSTILE, [1; 48]).unwrap();
    let header = header(&[key], &[]);
    let kms = TestProvider::new("kms", "ours", Answer::Failure);
    let error = open_error(&header, &[&kms, &local("a")], &[]);
    assert!(is_plain(&error.to_string()), "{error}");
    assert!(
        error.to_string().contains(&format!("needs {ESCAPED} {ESCAPED}; given: kms ours, local a"))
    );
    let Error::NoMatchingKey(keys) = error else { panic!("{error}") };
    assert_eq!(keys.wanted()[0].key_id, HOSTILE);
    let given: Vec<String> = keys.offered().iter().map(ToString::to_string).collect();
    assert_eq!(given, ["kms ours", "local a"]);
}

#[test]
fn many_and_long_names_make_no_long_text() {
    let keys: Vec<WrappedKey> = (0..20)
        .map(|index| WrappedKey::new("kms", format!("{index}{}", "x".repeat(2_040)), [1]).unwrap())
        .collect();
    let error = open_error(&header(&keys, &[]), &[], &[]);
    assert!(error.to_string().len() < 5_000, "{}", error.to_string().len());
    assert!(error.to_string().contains("..., and 12 more; none"), "{error}");
    let Error::NoMatchingKey(keys) = error else { panic!("{error}") };
    assert_eq!((keys.wanted().len(), keys.wanted()[19].key_id.len()), (20, 2_042));
}

#[test]
fn context_mismatch_names_the_pair() {
    let key = WrappedKey::new("kms", "ours", [1; 48]).unwrap();
    let header = header(&[key], &[("tenant", HOSTILE), ("z", "1")]);
    let error = open_error(&header, &[], &[("tenant", "blue"), ("z", "2")]);
    assert!(is_plain(&error.to_string()), "{error}");
    assert!(
        error.to_string().ends_with(&format!("\"tenant\" must be \"blue\" and is \"{ESCAPED}\""))
    );
    let Error::ContextMismatch(pair) = error else { panic!("{error}") };
    assert_eq!((pair.key(), pair.wanted(), pair.found()), ("tenant", "blue", Some(HOSTILE)));
    let error = open_error(&header, &[], &[("purpose", "backup")]);
    assert!(error.to_string().ends_with(r#""purpose" must be "backup" and is missing"#), "{error}");
    let Error::ContextMismatch(pair) = error else { panic!("{error}") };
    assert_eq!((pair.key(), pair.found()), ("purpose", None));
}

/// Quotation marks within a value cannot end it.
#[test]
fn a_value_cannot_look_like_two() {
    let key = WrappedKey::new("kms", "ours", [1; 48]).unwrap();
    let header = header(&[key], &[("a", "x\" and is \"y")]);
    let error = open_error(&header, &[], &[("a", "y")]);
    assert!(error.to_string().ends_with(r#""a" must be "y" and is "x\" and is \"y""#), "{error}");
}

#[test]
fn a_wrap_that_fails_names_the_key_and_the_words_of_the_kms() {
    let kms = TestProvider::new("kms", "ours", Answer::Failure);
    let error = sealwax::encrypt(b"x", &[&kms], &EncryptOptions::new()).unwrap_err();
    assert_eq!(error.to_string(), "the key provider failed: kms ours: the KMS is out of reach");
    let Error::ProviderFailed(attempts) = error else { panic!("{error}") };
    assert_eq!(attempts.as_slice()[0].key_id, "ours");
    let hostile = ProviderError::failed(HOSTILE);
    assert_eq!(hostile.to_string(), ESCAPED);
    assert_eq!(
        ProviderError::rejected(HOSTILE).to_string(),
        format!("the wrapped key was rejected: {ESCAPED}")
    );
}

#[test]
fn other_key_material_under_the_same_id_is_said() {
    let wrapped = local("a")
        .wrap(&Dek::from_slice(&[9; 32]).unwrap(), &mut ContextRef::EMPTY.into())
        .unwrap();
    let other = sealwax::LocalKek::from_hex(&"11".repeat(32), "a").unwrap();
    let error = open_error(&header(&[wrapped], &[]), &[&other], &[]);
    assert_eq!(error.code(), sealwax::ErrorCode::KeyUnwrap);
    assert!(
        error.to_string().contains(
            "local a: the wrapped key was rejected: the key of this id has other key material"
        ),
        "{error}"
    );
}

/// The operating system's number is found below what other crates put around it.
#[cfg(feature = "std")]
#[test]
fn the_number_of_the_operating_system_is_kept() {
    let raw = std::io::Error::from_raw_os_error(28);
    assert_eq!(Error::from(raw).raw_os_error(), Some(28));
    let missing = sealwax::LocalKek::from_file("/no/such/file", "k").unwrap_err();
    assert_eq!(missing.raw_os_error(), Some(2));
    let text = Error::Io(std::io::Error::other(HOSTILE));
    assert_eq!(
        (text.raw_os_error(), text.to_string()),
        (None, format!("input/output failed: {ESCAPED}"))
    );
    assert_eq!(Error::Truncated.raw_os_error(), None);
}
