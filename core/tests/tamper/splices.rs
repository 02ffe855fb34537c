//! Every combination of headers and bodies, and of parts of headers, of envelopes of one DEK.

use sealwax::ErrorCode::{CommitmentMismatch, HeaderAuthentication, KeyUnwrap};
use sealwax::{Header, Padding};

use crate::common::envelope::{Recipe, Sample, assert_like_oracle};
use crate::common::oracle;

/// Envelopes that differ in one thing each.
fn samples() -> Vec<Sample> {
    let pair = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    let recipe = |label: &str| Recipe::new(label).with(|r| r.plaintext = label.into());
    vec![
        recipe("plain"),
        recipe("the same once more"),
        recipe("another key").with(|r| r.key_ids = vec!["b".into(), "a".into()]),
        recipe("padding").with(|r| r.padding = Padding::Exact(300)),
        recipe("context").with(|r| r.pairs = pair("tenant", "acme")),
        recipe("another context").with(|r| r.pairs = pair("tenant", "acmf")),
        recipe("metadata").with(|r| r.metadata = Some(b"m".to_vec())),
        recipe("the same metadata").with(|r| r.metadata = Some(b"m".to_vec())),
        recipe("associated data").with(|r| r.associated_data = b"a".to_vec()),
        recipe("context and associated data").with(|r| {
            r.pairs = pair("tenant", "acme");
            r.associated_data = b"a".to_vec();
        }),
    ]
    .into_iter()
    .map(Recipe::make)
    .collect()
}

fn binding(sample: &Sample) -> &[u8] {
    oracle::parse(&sample.header).ok().unwrap().binding
}

/// [B-14], [E-04]: a body opens behind every header with its binding part, and behind no other.
/// (FORMAT.md 12.5: headers and bodies with equal binding parts can be combined freely.)
#[test]
fn every_header_with_every_body() {
    let samples = samples();
    let mut opened = 0;
    for head in &samples {
        for body in &samples {
            let bytes = [head.header.as_slice(), &body.body].concat();
            let mut reader = head.reader();
            reader.associated_data.clone_from(&body.recipe.associated_data);
            let code = assert_like_oracle(&bytes, &reader, &[(50, 50)]);
            let fits = binding(head) == binding(body);
            assert_eq!(code, if fits { None } else { Some(CommitmentMismatch) });
            opened += usize::from(fits);
            reader.associated_data = b"other".to_vec();
            assert_eq!(
                assert_like_oracle(&bytes, &reader, &[]),
                Some(CommitmentMismatch),
                "[B-16]"
            );
        }
    }
    // Five envelopes without context and metadata, two with a context in common, three alone.
    assert_eq!(opened, 25 + 4 + 3);
}

/// Every prefix of a body with the chunks of every other.
#[test]
fn every_prefix_with_all_chunks() {
    let samples = samples();
    for one in &samples {
        for other in &samples {
            if one.body == other.body {
                continue;
            }
            let bytes = [one.header.as_slice(), &one.body[..56], &other.body[56..]].concat();
            let code = assert_like_oracle(&bytes, &one.reader(), &[]);
            assert_eq!(code, Some(sealwax::ErrorCode::Authentication));
        }
    }
}

/// [H-16], [H-17]: no part of a header fits into another header, not even of the same length.
#[test]
fn every_part_of_a_header_in_every_other() {
    let same_len = |label: &str| Recipe::full(label).with(|r| r.plaintext = label.into()).make();
    let (one, other) = (same_len("one"), same_len("two"));
    let keys_at = 12 + binding(&one).len();
    let len = one.header.len();
    assert_eq!(len, other.header.len());
    for start in 12..len {
        for end in [start + 1, keys_at, len - 32, len] {
            if start >= end || one.header[start..end] == other.header[start..end] {
                continue;
            }
            let mut header = one.header.clone();
            header[start..end].copy_from_slice(&other.header[start..end]);
            if header == other.header {
                continue;
            }
            let bytes = [header, one.body.clone()].concat();
            let code = assert_like_oracle(&bytes, &one.reader(), &[]);
            let allowed = [HeaderAuthentication, KeyUnwrap];
            assert!(code.is_some_and(|code| allowed.contains(&code)), "{start}..{end}: {code:?}");
        }
    }
}

/// A whole header of a stranger, who has another DEK.
#[test]
fn a_strangers_header_in_front_of_our_body() {
    let ours = Recipe::full("ours").make();
    let theirs = Recipe { dek: [9; 32], ..Recipe::full("theirs") }.make();
    assert!(Header::parse(&theirs.header).is_ok());
    let bytes = [theirs.header.as_slice(), &ours.body].concat();
    assert_eq!(assert_like_oracle(&bytes, &ours.reader(), &[]), Some(CommitmentMismatch));
    let bytes = [ours.header.as_slice(), &theirs.body].concat();
    assert_eq!(assert_like_oracle(&bytes, &ours.reader(), &[]), Some(CommitmentMismatch));
}
