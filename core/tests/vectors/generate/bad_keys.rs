//! Failures between a parsed header and the body: required context, providers, header MAC,
//! metadata.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{
    Authentication, CommitmentMismatch, ContextMismatch, HeaderAuthentication, KeyUnwrap,
    NoMatchingKey, ProviderFailed, Truncated,
};

use crate::common::raw::{self, Message};
use crate::common::schema::{InvalidEnvelope, Provider};
use crate::common::seed::{derived, pattern};

use super::case::{
    Built, Case, KEY_ID, Key, canonical, failing, failure, fixed, kek, local, pairs, records,
};

pub fn keys() -> Vec<InvalidEnvelope> {
    let groups = [required(), no_match(), provider_answers(), modified_wraps(), moved_wraps()];
    groups.into_iter().flatten().collect()
}

fn required() -> Vec<InvalidEnvelope> {
    let requires = |comment: &str, required: &[(&str, &str)]| {
        let case = Case::new(format!("required context: {comment}")).flag("RequiredContext");
        case.with(|case| case.required = pairs(required))
    };
    let cases = [
        requires("the key is missing", &[("purpose", "acme")]),
        requires("another value", &[("tenant", "acm")]),
        requires("another case of letters", &[("tenant", "Acme")]),
        requires("an empty value", &[("tenant", "")]),
        requires("one of two pairs is missing", &[("tenant", "acme"), ("purpose", "x")]),
        requires("of an envelope without context", &[("tenant", "acme")])
            .with(|case| case.pairs = Vec::new()),
        requires("another normalization", &[("tenant", "caf\u{e9}")])
            .context(pairs(&[("tenant", "cafe\u{301}")])),
        requires("checked before a matching key is sought", &[("a", "b")]).providers([local("x")]),
        requires("checked before the provider is called", &[("a", "b")])
            .keys([Key::Opaque("example-kms".into(), "k".into(), vec![1])])
            .providers([failing("example-kms", "k")]),
    ];
    cases.map(|case| case.build().invalid(ContextMismatch)).into()
}

fn no_match() -> Vec<InvalidEnvelope> {
    let case = |comment: &str, providers: Vec<Provider>| {
        Case::new(comment).flag("NoMatchingKey").providers(providers).build().invalid(NoMatchingKey)
    };
    vec![
        case("another key id", vec![local("kek-2")]),
        case("another case of the key id", vec![local("KEK-1")]),
        case("a prefix of the key id", vec![local("kek-")]),
        case("the key id under another provider id", vec![failing("example-kms", KEY_ID)]),
        case("two providers, neither fits", vec![local("kek-2"), failing("example-kms", "k")]),
    ]
}

fn opaque(comment: &str, flag: &'static str, provider: Provider) -> Built {
    let key = Key::Opaque("example-kms".into(), "key/7".into(), vec![1; 48]);
    Case::new(comment).flag(flag).keys([key]).providers([provider]).build()
}

fn provider_answers() -> Vec<InvalidEnvelope> {
    let fixed = |dek: &[u8]| fixed("example-kms", "key/7", dek);
    let wrong_len = |len: usize| {
        let comment = format!("the provider returns {len} bytes");
        opaque(&comment, "LyingKms", fixed(&vec![5; len])).invalid(ProviderFailed)
    };
    let failing = || failing("example-kms", "key/7");
    let opaque_key = || Key::Opaque("example-kms".into(), "key/7".into(), vec![1; 48]);
    let both = |comment: &str, second: Provider, code: ErrorCode| {
        let keys = [opaque_key(), Key::Local(KEY_ID.into())];
        let case = Case::new(comment).flag("ProviderFailed").flag("MultipleKeys").keys(keys);
        let mut built = case.providers([failing(), second]).build();
        *built.header.keys[1].last_mut().expect("a wrapped key") ^= 1;
        built.invalid(code)
    };
    let mut tests = vec![
        opaque("the provider fails", "ProviderFailed", failing()).invalid(ProviderFailed),
        opaque("the provider returns a wrong DEK", "LyingKms", fixed(&[5; 32]))
            .invalid(HeaderAuthentication),
        both(
            "one provider fails, another's wrapped key does not open",
            local(KEY_ID),
            ProviderFailed,
        ),
        both("one provider fails, the other has no key here", local("x"), ProviderFailed),
    ];
    tests.push(wrong_dek_and_failure());
    tests.extend([0, 31, 33, 64].map(wrong_len));
    tests
}

/// [K-07]: a DEK that does not fit the header outweighs a provider that fails.
fn wrong_dek_and_failure() -> InvalidEnvelope {
    let key = |id: &str| Key::Opaque(id.into(), "k".into(), vec![1; 48]);
    Case::new("one provider returns a wrong DEK, the other fails")
        .flag("LyingKms")
        .flag("MultipleKeys")
        .keys([key("kms-1"), key("kms-2")])
        .providers([fixed("kms-1", "k", &[5; 32]), failing("kms-2", "k")])
        .build()
        .invalid(HeaderAuthentication)
}

/// The wrapped DEK is the last 104 bytes of the default record; the MAC is made over the change.
fn modified_wraps() -> Vec<InvalidEnvelope> {
    let flip = |comment: &str, at: usize| {
        let mut built =
            Case::new(format!("wrapped DEK: {comment}")).flag("ModifiedWrappedKey").build();
        let start = built.header.keys[0].len() - 104;
        built.header.keys[0][start + at] ^= 1;
        built.invalid(KeyUnwrap)
    };
    let other = |comment: &str, wrap: &dyn Fn(&Built) -> Vec<u8>| {
        let mut built =
            Case::new(format!("wrapped DEK: {comment}")).flag("ModifiedWrappedKey").build();
        built.header.keys = vec![raw::record(b"local", KEY_ID.as_bytes(), &wrap(&built))];
        built.invalid(KeyUnwrap)
    };
    let wrap = |built: &Built, dek: &[u8]| {
        let context = canonical(&built.case.pairs);
        raw::local_wrap(&kek(KEY_ID), KEY_ID, &context, &derived("wrap/salt"), dek)
    };
    let mut tests = vec![
        flip("a bit of the salt", 0),
        flip("a bit of the commitment", 55),
        flip("a bit of the encrypted DEK", 56),
        flip("a bit of the tag", 103),
        other("103 bytes", &|built| wrap(built, &built.case.dek)[..103].to_vec()),
        other("105 bytes", &|built| [wrap(built, &built.case.dek), vec![0]].concat()),
        other("one byte", &|_| vec![0]),
        other("56 bytes", &|built| wrap(built, &built.case.dek)[..56].to_vec()),
    ];
    let lengths = [0, 31, 33, 64].map(|len: usize| {
        other(&format!("{len} bytes wrapped in the right way"), &|built| {
            wrap(built, &[built.case.dek, built.case.dek].concat()[..len])
        })
    });
    tests.extend(lengths);
    tests
}

fn moved_wraps() -> Vec<InvalidEnvelope> {
    let moved = |comment: &str, kek: [u8; 32], key_id: &str, context: &[(&str, &str)]| {
        let mut built =
            Case::new(format!("wrapped DEK: {comment}")).flag("ModifiedWrappedKey").build();
        let (context, salt) = (canonical(&pairs(context)), derived("moved/salt"));
        let wrapped = raw::local_wrap(&kek, key_id, &context, &salt, &built.case.dek);
        built.header.keys = vec![raw::record(b"local", KEY_ID.as_bytes(), &wrapped)];
        built.invalid(KeyUnwrap)
    };
    let here = [("tenant", "acme")];
    let wrong_kek = Case::new("the KEK of this key id is another one").flag("ModifiedWrappedKey");
    let other_kek = Provider::Local { key_id: KEY_ID.into(), kek: "5a".repeat(32) };
    let namesakes = ["namesake", "a third"].map(|name| Key::LocalUnder(KEY_ID.into(), name));
    let neither = Case::new("two local keys of one id, of which neither opens");
    vec![
        wrong_kek.providers([other_kek]).build().invalid(KeyUnwrap),
        neither.flag("MultipleKeys").keys(namesakes).build().invalid(KeyUnwrap),
        moved("wrapped under another KEK", kek("kek-2"), KEY_ID, &here),
        moved("wrapped for another key id", kek(KEY_ID), "kek-2", &here),
        moved("wrapped for another context", kek(KEY_ID), KEY_ID, &[("tenant", "other")]),
        moved("wrapped for the empty context", kek(KEY_ID), KEY_ID, &[]),
    ]
}

/// Changes header bytes and leaves the MAC as it was.
fn unsigned(comment: &str, case: Case, change: impl FnOnce(&mut Vec<u8>)) -> InvalidEnvelope {
    let built = Case { comment: comment.to_owned(), ..case }.flag("HeaderMac").build();
    let mut header = built.header_bytes();
    change(&mut header);
    let failure = failure(HeaderAuthentication, None);
    built.invalid_parts(failure, 0, &header, &built.body())
}

/// A provider that opens whatever the header says, so that only the MAC is left to fail.
fn own_dek(comment: &str) -> Case {
    Case::new(comment)
        .keys([Key::Opaque("example-kms".into(), "key/7".into(), vec![1; 48])])
        .with(|case| case.providers = vec![fixed("example-kms", "key/7", &case.dek)])
}

pub fn mac() -> Vec<InvalidEnvelope> {
    let local = |comment: &str| Case::new(comment);
    let padded = |comment: &str| own_dek(comment).with(|case| case.header_len = Some(200));
    let mac_bit = |comment: &str, back: usize| {
        unsigned(comment, local(comment), |h| {
            let at = h.len() - back;
            h[at] ^= 0x80;
        })
    };
    let change =
        |comment: &str, case: Case, change: fn(&mut Vec<u8>)| unsigned(comment, case, change);
    let find = |bytes: &[u8], what: &[u8]| {
        bytes.windows(what.len()).position(|window| window == what).expect("it is there")
    };
    vec![
        mac_bit("the first bit of the MAC", 32),
        mac_bit("a bit of the last byte of the MAC", 1),
        unsigned("a context value, under a KMS that does not bind it", own_dek("value"), |h| {
            let at = find(h, b"acme");
            h[at] = b'A';
        }),
        unsigned("a byte of the wrapped DEK, under a KMS that opens it", own_dek("byte"), |h| {
            let at = find(h, &[1; 48]);
            h[at] = 2;
        }),
        unsigned("one byte of padding removed", padded("less"), |h| {
            h.remove(h.len() - 33);
            h[11] -= 1;
        }),
        unsigned("one byte of padding inserted", padded("more"), |h| {
            h.insert(h.len() - 32, 0);
            h[11] += 1;
        }),
        change("the MAC is all zeros", local("zeros"), |h| {
            let at = h.len() - 32;
            h[at..].fill(0);
        }),
        exchanged_keys(),
        removed_key(),
    ]
}

fn two_keys(comment: &str) -> Built {
    let keys = [Key::Local(KEY_ID.into()), Key::Local("kek-2".into())];
    Case::new(comment).flag("HeaderMac").flag("MultipleKeys").keys(keys).build()
}

/// The MAC of another order of the same wrapped keys.
fn exchanged_keys() -> InvalidEnvelope {
    let mut built = two_keys("two wrapped keys exchanged");
    let right = built.header_bytes();
    built.header.keys.swap(0, 1);
    let header = [&built.header_bytes()[..right.len() - 32], &right[right.len() - 32..]].concat();
    built.invalid_parts(failure(HeaderAuthentication, None), 0, &header, &built.body())
}

fn removed_key() -> InvalidEnvelope {
    let mut built = two_keys("a wrapped key removed");
    let right = built.header_bytes();
    let keys = records(&built.case.wrapped_keys());
    built.header.keys = keys[..1].to_vec();
    let short = built.header_bytes();
    let header = [&short[..short.len() - 32], &right[right.len() - 32..]].concat();
    built.invalid_parts(failure(HeaderAuthentication, None), 0, &header, &built.body())
}

/// Metadata that a holder of the DEK made wrongly: header MAC and body are right.
pub fn metadata() -> Vec<InvalidEnvelope> {
    let test = |comment: &str, code, chunk: Option<u64>, sealed: &dyn Fn(&Built) -> Vec<u8>| {
        let mut built = Case::new(format!("metadata: {comment}")).flag("Metadata").build();
        built.header.metadata = sealed(&built);
        let (header, body) = (built.header_bytes(), built.body());
        let mut test = built.invalid_parts(failure(code, chunk), 0, &header, &body);
        test.open_metadata = true;
        test
    };
    let salt = derived("metadata/salt");
    let message = |built: &Built| raw::metadata_message(&built.case.dek, &salt);
    let flip = |built: &Built, at: usize| {
        let mut sealed = message(built).seal(&[9; 40]);
        sealed[at] ^= 4;
        sealed
    };
    vec![
        test("under another DEK", CommitmentMismatch, None, &|_| {
            raw::metadata_message(&[3; 32], &salt).seal(&[9; 40])
        }),
        test("with the context string of nothing", CommitmentMismatch, None, &|built| {
            Message::new(&built.case.dek, b"", &salt).seal(&[9; 40])
        }),
        test("with a null byte after the context string", CommitmentMismatch, None, &|built| {
            Message::new(&built.case.dek, b"sealwax/v1 metadata\0", &salt).seal(&[9; 40])
        }),
        test("a bit of the salt", CommitmentMismatch, None, &|built| flip(built, 0)),
        test("a bit of the commitment", CommitmentMismatch, None, &|built| flip(built, 24)),
        test("a bit of the ciphertext", Authentication, Some(0), &|built| flip(built, 56)),
        test("a bit of the tag", Authentication, Some(0), &|built| flip(built, 111)),
        test("16,384 bytes without the empty chunk", Truncated, None, &|built| {
            message(built).seal(&pattern(16_384, 1))[..56 + 16_400].to_vec()
        }),
        test("15 bytes where the empty chunk belongs", Truncated, None, &|built| {
            message(built).seal(&pattern(16_384, 1))[..56 + 16_400 + 15].to_vec()
        }),
    ]
}
