//! parse(encode(x)) = x, and encode(parse(b)) = b.

use proptest::prelude::*;
use sealwax::header::HeaderParts;
use sealwax::limits::{MAX_CONTEXT_PAIRS, MAX_WRAPPED_KEYS};
use sealwax::{ContextRef, Dek, EncryptionContext, Header, WrappedKey, WrappedKeyRef};

use crate::cases;
use crate::common::{oracle, raw};

type Parts = (Vec<(String, String)>, Vec<u8>, Vec<(String, String, Vec<u8>)>, usize);

/// Strings with characters of every length in UTF-8.
fn text(len: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        any::<char>(),
        prop::char::range('\0', '~'),
        prop::sample::select(vec!['é', '\u{301}', '\u{fffd}', '\u{ffff}', '\u{10000}', '🔑'])
    ];
    prop::collection::vec(char, len).prop_map(|chars| chars.into_iter().collect())
}

fn parts() -> impl Strategy<Value = Parts> {
    let pairs = prop::collection::btree_map(text(1..=12), text(0..=12), 0..=MAX_CONTEXT_PAIRS);
    let metadata = prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 72..300)];
    let wrapped = prop::collection::vec(any::<u8>(), 1..200);
    let key = (text(1..=20), text(1..=40), wrapped);
    let keys = prop::collection::vec(key, 1..=MAX_WRAPPED_KEYS);
    (pairs.prop_map(|map| map.into_iter().collect()), metadata, keys, 0_usize..5_000)
}

fn views(keys: &[(String, String, Vec<u8>)]) -> Vec<WrappedKeyRef<'_>> {
    let view =
        |(provider_id, key_id, wrapped_dek)| WrappedKeyRef { provider_id, key_id, wrapped_dek };
    keys.iter().map(|(p, k, w)| view((p.as_str(), k.as_str(), w.as_slice()))).collect()
}

proptest! {
    #![proptest_config(cases(400))]

    /// [H-02], [H-04] to [H-08], [H-15]; the independent writer makes the same bytes, [H-16].
    #[test]
    fn parse_of_encode((pairs, metadata, keys, padding) in parts()) {
        let dek = Dek::from_slice(&[7; 32]).unwrap();
        let context = EncryptionContext::from_pairs(pairs.iter().rev().cloned()).unwrap();
        let wrapped_keys = views(&keys);
        let parts = HeaderParts {
            context: context.view(),
            sealed_metadata: &metadata,
            wrapped_keys: &wrapped_keys,
        };
        let len = parts.encoded_len().unwrap() + padding;
        let mut bytes = vec![0xee; len];
        prop_assert_eq!(parts.encode(&dek, len, &mut bytes).unwrap(), len);

        let header = Header::parse(&bytes).unwrap();
        header.verify(&dek).unwrap();
        prop_assert_eq!(header.header_len(), len);
        prop_assert_eq!(header.padding_len(), padding);
        prop_assert_eq!(header.sealed_metadata(), metadata.as_slice());
        let found: Vec<(String, String)> =
            header.context().iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        prop_assert_eq!(&found, &pairs);
        prop_assert_eq!(header.wrapped_keys().collect::<Vec<_>>(), wrapped_keys);

        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_bytes(), v.as_bytes())).collect();
        let records = keys.iter().map(|(p, k, w)| raw::record(p.as_bytes(), k.as_bytes(), w));
        let mut written = raw::RawHeader::new(raw::context(&pairs), records.collect());
        written.metadata = metadata;
        written.padding = vec![0; padding];
        prop_assert!(written.encode(&[7; 32]) == bytes);
    }

    /// What parses, encodes to the same bytes, whatever bytes it was: the encoding is canonical.
    #[test]
    fn encode_of_parse((pairs, metadata, keys, padding) in parts(), changes in changes()) {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_bytes(), v.as_bytes())).collect();
        let records = keys.iter().map(|(p, k, w)| raw::record(p.as_bytes(), k.as_bytes(), w));
        let mut written = raw::RawHeader::new(raw::context(&pairs), records.collect());
        written.metadata = metadata;
        written.padding = vec![0; padding];
        let mut bytes = written.encode(&[7; 32]);
        for (at, byte) in changes {
            let at = at.index(bytes.len() - 32);
            bytes[at] = byte;
        }
        match (Header::parse(&bytes), oracle::parse(&bytes)) {
            (Ok(header), Ok(_)) => prop_assert!(encode_again(&header)[..] == bytes[..bytes.len() - 32]),
            (Err(error), Err(code)) => prop_assert_eq!(error.code(), code),
            // The oracle reads a header in front of a body: it knows no trailing data.
            (Err(error), Ok(parsed)) => {
                prop_assert!(parsed.header_len < bytes.len());
                prop_assert_eq!(error.code(), sealwax::ErrorCode::TrailingData);
            }
            (Ok(_), Err(code)) => prop_assert!(false, "the oracle refuses it: {}", code),
        }
    }

    /// The order in which pairs are given does not matter; their bytes parse to the same.
    #[test]
    fn contexts(pairs in prop::collection::btree_map(text(1..=6), text(0..=6), 0..20), turn in 0_usize..20) {
        let mut shuffled: Vec<_> = pairs.clone().into_iter().collect();
        let turn = turn.min(shuffled.len());
        shuffled.rotate_left(turn);
        let context = EncryptionContext::from_pairs(shuffled).unwrap();
        let canonical = context.view().as_bytes().to_vec();
        let parsed = ContextRef::from_canonical(&canonical).unwrap();
        prop_assert_eq!(parsed, context.view());
        prop_assert_eq!(parsed.len(), pairs.len());
        prop_assert_eq!(parsed.is_empty(), pairs.is_empty());
        for (key, value) in &pairs {
            prop_assert_eq!(parsed.get(key), Some(value.as_str()));
        }
        let sorted: Vec<_> = pairs.iter().map(|(k, v)| (k.as_bytes(), v.as_bytes())).collect();
        prop_assert_eq!(raw::context(&sorted), canonical);
    }
}

/// A few bytes put anywhere before the MAC; often small numbers, as in lengths.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let byte = prop_oneof![any::<u8>(), 0_u8..4];
    prop::collection::vec((any::<prop::sample::Index>(), byte), 0..3)
}

fn encode_again(header: &Header<'_>) -> Vec<u8> {
    let keys: Vec<WrappedKey> = header.wrapped_keys().map(WrappedKey::from).collect();
    let wrapped_keys: Vec<WrappedKeyRef<'_>> = keys.iter().map(WrappedKey::view).collect();
    let parts = HeaderParts {
        context: header.context(),
        sealed_metadata: header.sealed_metadata(),
        wrapped_keys: &wrapped_keys,
    };
    let mut bytes = vec![0xee; header.header_len()];
    let dek = Dek::from_slice(&[7; 32]).unwrap();
    parts.encode(&dek, header.header_len(), &mut bytes).unwrap();
    bytes.truncate(header.header_len() - 32);
    bytes
}
