//! Limits and arguments of a writer ([E-05], [L-01], [L-02], [R-11], [R-12]).

use sealwax::ErrorCode::{InvalidArgument, LimitExceeded};
use sealwax::header::HeaderParts;
use sealwax::{
    ContextRef, Dek, EncryptHandle, EncryptOptions, EncryptionContext, Encryptor, Header,
    KeyProvider, Padding, SysRng, WrappedKey, encrypt,
};

use crate::assert_error;
use crate::common::drive::encrypt_pieces;
use crate::common::envelope::local;
use crate::common::seed::{Queue, pattern};

fn dek() -> Dek {
    Dek::from_slice(&[7; 32]).unwrap()
}

fn handle(keys: &[WrappedKey], options: &EncryptOptions<'_>) -> sealwax::Result<EncryptHandle> {
    EncryptHandle::new(&dek(), keys, options, &mut SysRng)
}

/// Wrapped keys of different names.
fn keys(count: usize, len: usize) -> Vec<WrappedKey> {
    let named = |index| WrappedKey::new("p", format!("{index:02}"), vec![1; len]).unwrap();
    (0..count).map(named).collect()
}

fn key(len: usize) -> WrappedKey {
    WrappedKey::new("p", "k", vec![1; len]).unwrap()
}

#[test]
fn wrapped_keys_have_limits() {
    let empty = "invalid argument: a provider id, key id or wrapped DEK is empty";
    assert_error(WrappedKey::new("", "k", [1]), InvalidArgument, empty);
    assert_error(WrappedKey::new("p", "", [1]), InvalidArgument, empty);
    assert_error(WrappedKey::new("p", "k", []), InvalidArgument, empty);
    let long = |provider: usize, key: usize, dek: usize| {
        WrappedKey::new("p".repeat(provider), "k".repeat(key), vec![1; dek])
    };
    assert_error(
        long(129, 1, 1),
        LimitExceeded,
        "over the limit: a provider id longer than 128 bytes",
    );
    assert_error(
        long(1, 2_049, 1),
        LimitExceeded,
        "over the limit: a key id longer than 2,048 bytes",
    );
    assert_error(
        long(1, 1, 4_097),
        LimitExceeded,
        "over the limit: a wrapped DEK longer than 4,096 bytes",
    );
    assert!(long(128, 2_048, 4_096).is_ok());
    // Limits are in bytes, not in characters.
    assert_error(
        WrappedKey::new("é".repeat(65), "k", [1]),
        LimitExceeded,
        "over the limit: a provider id longer than 128 bytes",
    );
}

#[test]
fn headers_have_limits() {
    let options = EncryptOptions::new();
    assert_error(
        handle(&[], &options),
        InvalidArgument,
        "invalid argument: a header needs a wrapped key",
    );
    assert_error(
        handle(&keys(33, 1), &options),
        LimitExceeded,
        "over the limit: more than 32 wrapped keys",
    );
    let large = "over the limit: a header larger than 65,536 bytes";
    assert_error(handle(&keys(16, 4_096), &options), LimitExceeded, large);
    assert!(handle(&keys(16, 4_080), &options).is_ok());
    let context = (0..65).map(|n| (n.to_string(), ""));
    assert_error(
        EncryptionContext::from_pairs(context),
        LimitExceeded,
        "over the limit: more than 64 encryption context pairs",
    );
    let twice = EncryptionContext::from_pairs([("a", "1"), ("a", "1")]);
    assert_error(twice, InvalidArgument, "invalid argument: an encryption context key is repeated");
    let empty = EncryptionContext::from_pairs([("", "1")]);
    assert_error(empty, InvalidArgument, "invalid argument: an encryption context key is empty");
}

/// [H-11].
#[test]
fn metadata_has_a_limit() {
    let (most, over) = (vec![1; 16_384], vec![1; 16_385]);
    assert!(handle(&[key(1)], &EncryptOptions::new().metadata(&most)).is_ok());
    let message = "over the limit: metadata larger than 16,384 bytes";
    assert_error(handle(&[key(1)], &EncryptOptions::new().metadata(&over)), LimitExceeded, message);
    let parts = |sealed_metadata| {
        let keys = [key(1)];
        let views = [keys[0].view()];
        let parts =
            HeaderParts { context: ContextRef::EMPTY, sealed_metadata, wrapped_keys: &views };
        parts.encoded_len()
    };
    assert_error(
        parts(&[0; 71]),
        InvalidArgument,
        "invalid argument: the sealed metadata is too short",
    );
    assert_error(parts(&vec![0; 16_473]), LimitExceeded, message);
}

/// any length from the needed one to 65,536.
#[test]
fn padding_has_limits() {
    let needed =
        handle(&[key(1)], &EncryptOptions::new().padding(Padding::None)).unwrap().header().len();
    assert_eq!(needed, 63);
    let exact = |len| handle(&[key(1)], &EncryptOptions::new().padding(Padding::Exact(len)));
    for len in [63, 64, 4_096, 65_536] {
        assert_eq!(exact(len).unwrap().header().len(), len);
    }
    let short = "invalid argument: the header does not fit the length asked for";
    assert_error(exact(62), InvalidArgument, short);
    assert_error(exact(0), InvalidArgument, short);
    let large = "over the limit: a header larger than 65,536 bytes";
    assert_error(exact(65_537), LimitExceeded, large);
    assert_error(exact(usize::MAX), LimitExceeded, large);
    let page = EncryptOptions::new().padding(Padding::Page);
    for (count, len) in [(1, 4_096), (16, 65_536)] {
        assert_eq!(
            handle(&keys(count, 4_000), &page).unwrap().header().len(),
            len.max(4_096 * count)
        );
    }
}

/// pages for 1 MiB and more, and for an unknown length.
#[test]
fn the_default_padding_depends_on_the_length() {
    let (options, kek) = (EncryptOptions::new(), local("a"));
    for (len, pages) in [(0, false), ((1 << 20) - 1, false), (1 << 20, true)] {
        let envelope = encrypt(&vec![0; len], &[&kek], &options).unwrap();
        let (header, _) = Header::split(&envelope).unwrap();
        assert_eq!(header.header_len() % 4_096 == 0, pages, "{len} bytes");
        assert!(pages || header.padding_len() == 0);
    }
    let unknown = handle(&[key(1)], &options).unwrap();
    assert_eq!(unknown.header().len(), 4_096);
    assert_eq!(Padding::Auto.resolve(None), Padding::Page);
    assert_eq!(Padding::Exact(70).resolve(None), Padding::Exact(70));
}

/// the state machine keeps its first chunk until it knows how its header has to be.
#[test]
fn an_encryptor_knows_the_length_of_what_ends_within_its_first_chunk() {
    let (key, options) = (local("a"), EncryptOptions::new());
    for (len, padded) in [(0, false), (1, false), (16_383, false), (16_384, true), (20_000, true)] {
        for piece in [7, 1 << 20] {
            let dek = Dek::generate(&mut SysRng).unwrap();
            let mut encryptor = Encryptor::new(&dek, &options, &mut SysRng).unwrap();
            encryptor
                .add_wrapped_key(key.wrap(&dek, &mut encryptor.context().into()).unwrap())
                .unwrap();
            let plaintext = pattern(len, 3);
            let envelope = encrypt_pieces(encryptor, &plaintext, (piece, 1_000));
            let (header, _) = Header::split(&envelope).unwrap();
            assert_eq!(header.padding_len() > 0, padded, "{len} bytes");
            let opened = sealwax::decrypt(&envelope, &[&key], &sealwax::DecryptOptions::new());
            assert!(opened.unwrap() == plaintext);
        }
    }
}

/// Header of one local key with a short name and no context: at most 256 bytes.
#[test]
fn the_smallest_real_header_is_small() {
    let envelope = encrypt(b"", &[&local("backup-2026")], &EncryptOptions::new()).unwrap();
    assert!(Header::split(&envelope).unwrap().0.header_len() <= 256);
}

/// A generator that fails is an error, not a weak key.
#[test]
fn a_generator_that_fails() {
    use sealwax::rand_core::{TryCryptoRng, TryRng};
    struct Broken;
    impl TryRng for Broken {
        type Error = std::io::Error;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Err(std::io::ErrorKind::Other.into())
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Err(std::io::ErrorKind::Other.into())
        }
        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
            Err(std::io::ErrorKind::Other.into())
        }
    }
    impl TryCryptoRng for Broken {}
    let (randomness, message) = (sealwax::ErrorCode::Randomness, "the source of randomness failed");
    let (options, with_metadata) = (EncryptOptions::new(), EncryptOptions::new().metadata(b"m"));
    assert_error(Dek::generate(&mut Broken), randomness, message);
    assert_error(local("a").wrap_with(&dek(), ContextRef::EMPTY, &mut Broken), randomness, message);
    assert_error(
        EncryptHandle::new(&dek(), &[key(1)], &with_metadata, &mut Broken),
        randomness,
        message,
    );
    let handle = EncryptHandle::new(&dek(), &[key(1)], &options, &mut Queue::new([])).unwrap();
    assert_error(handle.encrypt(b"", &[], &mut Broken), randomness, message);
    assert_error(handle.encryptor(&[], &mut Broken), randomness, message);
    assert_error(sealwax::Encryptor::new(&dek(), &options, &mut Broken), randomness, message);
}
