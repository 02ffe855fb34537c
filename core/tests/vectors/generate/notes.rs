//! The meaning of the vectors' flags.

use std::collections::BTreeMap;

use crate::common::schema::Note;

/// Flag, kind of bug that it finds, description.
const NOTES: &[(&str, &str, &str)] = &[
    (
        "AssociatedData",
        "FUNCTIONALITY",
        "Associated data: hashed into the body's keys, never stored ([B-13]).",
    ),
    (
        "ByteOrder",
        "EDGE_CASE",
        "Context keys whose order by bytes differs from the order by UTF-16 units, by locale or after normalization ([H-06]).",
    ),
    (
        "ChunkBoundary",
        "EDGE_CASE",
        "The plaintext ends at or beside the boundary of a chunk ([B-01]).",
    ),
    (
        "ChunkOrder",
        "AUTH_BYPASS",
        "Chunks were exchanged, repeated or left out; the index in the nonce must make this fail ([B-08]).",
    ),
    (
        "Commitment",
        "AUTH_BYPASS",
        "Salt, commitment or what they bind differ: to be refused before any chunk is opened ([B-07]).",
    ),
    ("Context", "FUNCTIONALITY", "The encryption context ([H-05] to [H-08])."),
    (
        "KeyText",
        "FUNCTIONALITY",
        "The text form of public and secret keys, with its checksum ([K-17]).",
    ),
    (
        "LowOrder",
        "AUTH_BYPASS",
        "A point of low order, with which X25519 agrees on zeros whatever the key ([K-15]).",
    ),
    ("DetachedHeader", "FUNCTIONALITY", "Header and body are stored apart ([R-09])."),
    (
        "HeaderMac",
        "AUTH_BYPASS",
        "The header was changed by someone without the DEK, or the DEK is another one ([H-17]).",
    ),
    (
        "LateError",
        "FUNCTIONALITY",
        "Whole chunks open before the failure; a stream may release that prefix, and no byte more ([B-09]).",
    ),
    ("Limit", "EDGE_CASE", "At or over a limit of FORMAT.md section 10 ([L-01])."),
    ("Lengths", "EDGE_CASE", "Arithmetic of lengths and offsets ([B-17] to [B-21])."),
    ("LyingKms", "AUTH_BYPASS", "The provider answers with a wrong DEK and reports success."),
    ("Malformed", "MODIFIED_PARAMETER", "The encoding is not allowed."),
    ("Metadata", "FUNCTIONALITY", "Sealed metadata ([H-10] to [H-12])."),
    ("ModifiedChunk", "AUTH_BYPASS", "A chunk was modified."),
    (
        "ModifiedWrappedKey",
        "AUTH_BYPASS",
        "The wrapped key was modified or moved here from another header.",
    ),
    (
        "MultipleKeys",
        "FUNCTIONALITY",
        "Several wrapped keys or providers ([H-13], [K-04] to [K-07]).",
    ),
    (
        "NoMatchingKey",
        "FUNCTIONALITY",
        "No wrapped key is of a configured provider and key id ([K-05]).",
    ),
    ("Padding", "FUNCTIONALITY", "Zero bytes between the wrapped keys and the MAC ([H-15])."),
    ("ProviderFailed", "FUNCTIONALITY", "The provider gives no answer ([K-08])."),
    (
        "Rewrap",
        "FUNCTIONALITY",
        "The key part is replaced, the binding part stays ([R-02], [R-03]).",
    ),
    (
        "RequiredContext",
        "MISSING_STEP",
        "The reader requires pairs; a mismatch fails before any provider is called ([H-09]).",
    ),
    ("SharedDek", "FUNCTIONALITY", "Several envelopes under one DEK ([K-02])."),
    ("Splice", "AUTH_BYPASS", "Parts of two envelopes of the same DEK were put together."),
    ("TextForm", "FUNCTIONALITY", "The text form ([T-01] to [T-03])."),
    ("TrailingData", "AUTH_BYPASS", "Bytes follow where nothing may follow."),
    ("Truncation", "AUTH_BYPASS", "The input ends too early."),
    ("Utf8", "MODIFIED_PARAMETER", "Bytes that are not well-formed UTF-8."),
];

/// The notes of the flags that occur.
pub fn of<'a>(flags: impl Iterator<Item = &'a String>) -> BTreeMap<String, Note> {
    flags
        .map(|flag| {
            let (_, bug_type, description) =
                NOTES.iter().find(|note| note.0 == flag).expect("every flag has a note");
            let (bug_type, description) = ((*bug_type).to_owned(), (*description).to_owned());
            (flag.clone(), Note { bug_type, description })
        })
        .collect()
}
