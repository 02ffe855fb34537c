//! Every truncation, and extensions.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{Authentication, Truncated};

use crate::common::envelope::{Recipe, Sample, assert_like_oracle};
use crate::common::seed::pattern;

fn samples() -> Vec<Sample> {
    vec![
        Recipe::new("cut").make(),
        Recipe::full("cut").make(),
        Recipe::new("cut empty").with(|recipe| recipe.plaintext.clear()).make(),
    ]
}

/// [B-10], [H-19]: `truncated`, except for a cut inside of a chunk that leaves a tag's length.
fn expected(sample: &Sample, len: usize) -> ErrorCode {
    let chunks = len.saturating_sub(sample.header.len() + 56);
    if chunks % 16_400 < 16 { Truncated } else { Authentication }
}

#[test]
fn every_truncation_of_small_envelopes() {
    for sample in samples() {
        let (bytes, reader) = (sample.bytes(), sample.reader());
        for len in 0..bytes.len() {
            let code = assert_like_oracle(&bytes[..len], &reader, &[(1, 1), (7, 100)]);
            assert_eq!(code, Some(expected(&sample, len)), "{len} bytes");
        }
    }
}

/// The cuts around every boundary of a message of four chunks, and a comb over the rest.
#[test]
fn truncations_of_four_chunks() {
    let sample = Recipe::new("long").with(|recipe| recipe.plaintext = pattern(50_000, 3)).make();
    let (bytes, reader, start) = (sample.bytes(), sample.reader(), sample.header.len() + 56);
    let boundaries = (1..=3).flat_map(|chunk| {
        let boundary = start + chunk * 16_400;
        boundary - 18..boundary + 18
    });
    for len in boundaries.chain((start..bytes.len()).step_by(997)) {
        let code = assert_like_oracle(&bytes[..len], &reader, &[(20_000, 40_000)]);
        assert_eq!(code, Some(expected(&sample, len)), "{len} bytes");
    }
}

/// [B-11]: a reader must not stop at a short chunk that opens and ignore what follows.
#[test]
fn every_extension_fails() {
    let full = Recipe::new("full chunk").with(|recipe| recipe.plaintext = pattern(16_384, 3));
    for sample in samples().into_iter().chain([full.make()]) {
        let reader = sample.reader();
        for len in (1..40).chain([16_399, 16_400, 16_401]) {
            for byte in [0, 0xff] {
                let extended = [sample.bytes(), vec![byte; len]].concat();
                let code = assert_like_oracle(&extended, &reader, &[(100, 100)]);
                assert_eq!(code, Some(Authentication), "{len} bytes more");
            }
        }
        let twice = [sample.bytes(), sample.bytes()].concat();
        assert_eq!(assert_like_oracle(&twice, &reader, &[]), Some(Authentication));
        let again = [sample.bytes(), sample.body[56..].to_vec()].concat();
        assert_eq!(assert_like_oracle(&again, &reader, &[]), Some(Authentication));
    }
}

/// Bytes put in or taken out anywhere.
#[test]
fn every_insertion_and_removal_of_a_byte() {
    for sample in samples() {
        let (bytes, reader) = (sample.bytes(), sample.reader());
        for at in 0..bytes.len() {
            let mut removed = bytes.clone();
            removed.remove(at);
            assert!(assert_like_oracle(&removed, &reader, &[]).is_some(), "byte {at} removed");
            for byte in [0, 1, 0xff] {
                let mut inserted = bytes.clone();
                inserted.insert(at, byte);
                assert!(assert_like_oracle(&inserted, &reader, &[]).is_some(), "inserted at {at}");
            }
        }
    }
}
