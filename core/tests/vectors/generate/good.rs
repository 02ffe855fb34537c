//! Valid envelopes, which can be opened and reproduced byte for byte.

use crate::common::schema::{Pairs, ValidEnvelope};
use crate::common::seed::{derived, derived_vec};

use super::case::{Case, KEY_ID, Key, failing, fixed, local, pairs};

pub fn file() -> String {
    let groups = [
        ("PlaintextLengths", lengths()),
        ("WrappedKeys", wrapped_keys()),
        ("EncryptionContext", contexts()),
        ("Metadata", metadata()),
        ("Padding", padding()),
        ("AssociatedData", associated_data()),
        ("DetachedHeader", detached()),
        ("SharedDek", shared_dek()),
    ];
    let groups = groups.map(|(kind, cases)| (kind, built(cases)));
    super::written::file("Sealwax envelope v1", groups.into(), |test, id| test.tc_id = id)
}

fn built(cases: Vec<Case>) -> Vec<ValidEnvelope> {
    cases.into_iter().map(|case| case.build().valid()).collect()
}

fn lengths() -> Vec<Case> {
    [0, 1, 15, 16, 17, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 65_541]
        .map(|len| Case::new(format!("{len} bytes of plaintext")).flag("ChunkBoundary").len(len))
        .into()
}

fn locals(count: usize) -> Vec<Key> {
    (1..=count).map(|n| Key::Local(format!("kek-{n}"))).collect()
}

fn wrapped_keys() -> Vec<Case> {
    let opaque = || Key::Opaque("example-kms".into(), "key/7".into(), derived_vec("opaque", 184));
    let counts = [1, 2, 3, 31, 32].map(|count| {
        Case::new(format!("{count} wrapped keys, the last one opened"))
            .keys(locals(count))
            .providers([local(&format!("kek-{count}"))])
    });
    let mut cases = Vec::from(counts);
    cases.extend([
        Case::new("a second provider before the local one").keys([opaque(), locals(1).remove(0)]),
        Case::new("two wrapped keys with equal ids")
            .keys([Key::Local(KEY_ID.into()), Key::Local(KEY_ID.into())]),
        Case::new("two local keys of one id, of which the first one opens")
            .keys([Key::Local(KEY_ID.into()), Key::LocalUnder(KEY_ID.into(), "namesake")]),
        Case::new("two local keys of one id, of which the second one opens")
            .keys([Key::LocalUnder(KEY_ID.into(), "namesake"), Key::Local(KEY_ID.into())]),
        Case::new("several providers, of which the second has a key").providers([
            local("another"),
            local(KEY_ID),
            local("a third"),
        ]),
        second_attempt_after_failure(),
        second_attempt_after_wrong_dek(),
        least_header(),
        longest_fields(),
        Case::new("ids with non-ASCII characters")
            .keys([Key::Local("schlüssel/№ 1 🔑".into())])
            .providers([local("schlüssel/№ 1 🔑")]),
    ]);
    cases.into_iter().map(|case| case.flag("MultipleKeys")).collect()
}

fn second_attempt_after_failure() -> Case {
    let opaque = Key::Opaque("example-kms".into(), "key/7".into(), vec![1; 48]);
    Case::new("the first provider fails, the second opens")
        .keys([opaque, Key::Local(KEY_ID.into())])
        .providers([failing("example-kms", "key/7"), local(KEY_ID)])
        .flag("ProviderFailed")
}

fn second_attempt_after_wrong_dek() -> Case {
    let opaque = Key::Opaque("example-kms".into(), "key/7".into(), vec![1; 48]);
    Case::new("the first provider returns a wrong DEK, the second the right one")
        .keys([opaque, Key::Local(KEY_ID.into())])
        .providers([fixed("example-kms", "key/7", &[0; 32]), local(KEY_ID)])
        .flag("LyingKms")
}

/// 63 bytes: no context, and one byte in each field of the wrapped key.
fn least_header() -> Case {
    Case::new("the least possible header, 63 bytes")
        .flag("Limit")
        .context(Vec::new())
        .keys([Key::Opaque("p".into(), "k".into(), vec![0])])
        .with(|case| case.providers = vec![fixed("p", "k", &case.dek)])
}

fn longest_fields() -> Case {
    let (provider_id, key_id) = ("p".repeat(128), "k".repeat(2_048));
    let wrapped = derived_vec("longest wrapped DEK", 4_096);
    Case::new("the longest provider id, key id and wrapped DEK")
        .flag("Limit")
        .keys([Key::Opaque(provider_id.clone(), key_id.clone(), wrapped)])
        .with(|case| case.providers = vec![fixed(&provider_id, &key_id, &case.dek)])
}

/// Contexts that the sorting and the limits must get right; [`super::contexts`] has them too.
pub fn edge_contexts() -> Vec<(&'static str, Pairs, &'static str)> {
    let sixty_four = (0..64).map(|n| (format!("key-{n}"), format!("value {n}"))).collect();
    vec![
        ("an empty context", Vec::new(), "Context"),
        ("an empty value", pairs(&[("tenant", "")]), "Context"),
        (
            "keys that are prefixes of each other",
            pairs(&[("ab", "3"), ("a", "1"), ("aa", "2")]),
            "ByteOrder",
        ),
        (
            "an astral key after a key of the last BMP plane",
            pairs(&[("\u{1f511}", "astral"), ("\u{fffd}", "BMP")]),
            "ByteOrder",
        ),
        (
            "the last BMP character and the first astral one",
            pairs(&[("\u{10000}", ""), ("\u{ffff}", "")]),
            "ByteOrder",
        ),
        (
            "composed and combining forms of one letter",
            pairs(&[("\u{e9}", "composed"), ("e\u{301}", "combining")]),
            "ByteOrder",
        ),
        (
            "upper and lower case",
            pairs(&[("a", "1"), ("B", "2"), ("A", "3"), ("b", "4")]),
            "ByteOrder",
        ),
        (
            "digits by bytes and not by number",
            pairs(&[("10", ""), ("9", ""), ("1", "")]),
            "ByteOrder",
        ),
        ("the null character", pairs(&[("\0", "\0\0"), ("a\0", "b"), ("a", "\0")]), "Context"),
        ("the greatest code point", pairs(&[("\u{10ffff}", "\u{10ffff}")]), "Context"),
        (
            "right-to-left and zero-width characters",
            pairs(&[("שלום", "\u{200f}"), ("\u{200b}", "\u{feff}")]),
            "Context",
        ),
        ("64 pairs", sixty_four, "Limit"),
        ("8,192 canonical bytes", pairs(&[("k", &"v".repeat(8_192 - 2 - 3 - 2))]), "Limit"),
        ("a key of 8,186 bytes", pairs(&[(&"k".repeat(8_186), "")]), "Limit"),
    ]
}

fn contexts() -> Vec<Case> {
    let edges = edge_contexts().into_iter().map(|(comment, pairs, flag)| {
        Case::new(format!("context: {comment}"))
            .flag(flag)
            .context(pairs.clone())
            .with(|case| case.required = pairs)
    });
    let two = pairs(&[("purpose", "training"), ("tenant", "acme")]);
    let some = Case::new("the reader requires one of two pairs")
        .flag("RequiredContext")
        .context(two.clone())
        .with(|case| case.required = pairs(&[("tenant", "acme")]));
    let none = Case::new("the reader requires nothing").flag("RequiredContext").context(two);
    edges.chain([some, none]).collect()
}

fn metadata() -> Vec<Case> {
    [0, 1, 21, 16_383, 16_384]
        .map(|len| {
            Case::new(format!("{len} bytes of metadata"))
                .flag("Metadata")
                .with(|case| case.metadata_len = Some(len))
        })
        .into()
}

fn padding() -> Vec<Case> {
    [281, 4_096, 4_097, 8_192, 65_536]
        .map(|header_len| {
            Case::new(format!("a header of {header_len} bytes"))
                .flag("Padding")
                .with(|case| case.header_len = Some(header_len))
        })
        .into()
}

fn associated_data() -> Vec<Case> {
    let case = |comment: &str, data: Vec<u8>| {
        Case::new(format!("associated data: {comment}"))
            .flag("AssociatedData")
            .with(|case| case.associated_data = data)
    };
    vec![
        case("one zero byte", vec![0]),
        case("a file name", b"example.txt".to_vec()),
        case("1,000 bytes", derived_vec("associated data", 1_000)),
    ]
}

fn detached() -> Vec<Case> {
    let case = |comment: &str, len| {
        Case::new(format!("detached header, {comment}"))
            .flag("DetachedHeader")
            .len(len)
            .with(|case| case.detached = true)
    };
    vec![
        case("an empty body", 0),
        case("a body of two chunks", 16_400),
        case("padding, metadata and associated data", 7).with(|case| {
            case.header_len = Some(4_096);
            case.metadata_len = Some(9);
            case.associated_data = b"row 12".to_vec();
        }),
    ]
}

/// Two messages with equal binding parts and one more with metadata, all of one DEK.
fn shared_dek() -> Vec<Case> {
    let dek = derived("shared/dek");
    let case = |comment: &str| {
        Case::new(format!("one DEK, {comment}")).flag("SharedDek").with(|case| case.dek = dek)
    };
    vec![
        case("the first message"),
        case("the second message"),
        case("a third message with metadata").with(|case| case.metadata_len = Some(5)),
    ]
}
