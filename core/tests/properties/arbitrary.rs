//! Random inputs, compared with the second implementation of the format ([H-18], [H-19]).

use proptest::prelude::*;
use sealwax::Header;

use crate::cases;
use crate::common::envelope::{Recipe, Sample, assert_like_oracle};
use crate::common::{oracle, raw};

/// Bytes that get further and further into the format.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let any_bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let small_numbers =
        || prop::collection::vec(prop_oneof![Just(0_u8), 0_u8..6, any::<u8>()], 0..300);
    let with_magic = |bytes: Vec<u8>| [b"SEALWAX\x01".as_slice(), &bytes].concat();
    let with_len = |bytes: Vec<u8>| {
        let len = u32::try_from(bytes.len() + 12).expect("short").to_be_bytes();
        [b"SEALWAX\x01".as_slice(), &len, &bytes].concat()
    };
    let with_suite = move |bytes: Vec<u8>| with_len([b"\x00\x01".as_slice(), &bytes].concat());
    prop_oneof![
        any_bytes(),
        any_bytes().prop_map(with_magic),
        small_numbers().prop_map(with_len),
        small_numbers().prop_map(with_suite),
    ]
}

/// One change of the bytes of a real envelope.
#[derive(Clone, Debug)]
enum Change {
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Truncate(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    use prop::sample::Index;
    prop_oneof![
        8 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (any::<Index>(), 0_u8..4).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => any::<Index>().prop_map(Change::Remove),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        1 => any::<Index>().prop_map(Change::Truncate),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let at = |index: &prop::sample::Index, bytes: &[u8]| index.index(bytes.len());
    match change {
        Change::Set(index, byte) => {
            let at = at(index, bytes);
            bytes[at] = *byte;
        }
        Change::Remove(index) => drop(bytes.remove(at(index, bytes))),
        Change::Insert(index, byte) => bytes.insert(at(index, bytes), *byte),
        Change::Truncate(index) => bytes.truncate(at(index, bytes)),
        Change::Repeat(from, to) => {
            let (from, to) = (at(from, bytes), at(to, bytes));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(from..from, piece);
        }
    }
}

/// Puts a right MAC under a changed header, so that what stands behind the MAC is reached, too.
fn sign_again(sample: &Sample, bytes: &mut [u8]) {
    let Ok(parsed) = oracle::parse(bytes) else { return };
    let (message, rest) = bytes.split_at_mut(parsed.header_len - 32);
    rest[..32].copy_from_slice(&raw::header_mac(&sample.recipe.dek, message));
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn any_bytes(input in input(), split in (1_usize..50, 0_usize..50)) {
        let reader = Recipe::new("any").make().reader();
        prop_assert!(assert_like_oracle(&input, &reader, &[split]).is_some());
        let parsed = Header::split(&input).map(|(header, rest)| (header.header_len(), rest.len()));
        match (parsed, oracle::parse(&input)) {
            (Ok((len, rest)), Ok(parsed)) => {
                prop_assert_eq!((len, len + rest), (parsed.header_len, input.len()));
            }
            (Err(error), Err(code)) => prop_assert_eq!(error.code(), code),
            (found, _) => prop_assert!(false, "the core: {:?}", found),
        }
    }

    #[test]
    fn any_change_of_an_envelope(
        changes in prop::collection::vec(change(), 1..4),
        full in any::<bool>(),
        sign in any::<bool>(),
        split in (1_usize..700, 1_usize..50),
    ) {
        let sample = if full { Recipe::full("change") } else { Recipe::new("change") }.make();
        let mut bytes = sample.bytes();
        for change in &changes {
            apply(&mut bytes, change);
        }
        if sign {
            sign_again(&sample, &mut bytes);
        }
        assert_like_oracle(&bytes, &sample.reader(), &[split]);
    }
}
