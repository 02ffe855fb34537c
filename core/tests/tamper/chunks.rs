//! Every exchange, repetition and omission of chunks.

use sealwax::ErrorCode::{Authentication, Truncated};

use crate::common::envelope::{Recipe, Sample, assert_like_oracle};
use crate::common::oracle;
use crate::common::seed::pattern;

/// Three full chunks and a short one, all different.
fn sample() -> Sample {
    Recipe::new("chunks").with(|recipe| recipe.plaintext = pattern(3 * 16_384 + 77, 4)).make()
}

/// Puts other chunks behind header and prefix.
fn envelope(sample: &Sample, chunks: &[Vec<u8>]) -> Vec<u8> {
    [sample.header.clone(), sample.chunks().0, chunks.concat()].concat()
}

/// The chunks must fail as `authentication` at the first that is not in its place; what comes
/// before is released, no more.
fn assert_fails_at(sample: &Sample, chunks: &[Vec<u8>], at: usize) {
    let (bytes, reader) = (envelope(sample, chunks), sample.reader());
    let splits = [(16_400, 40_000), (100_000, 100_000), (5_000, 16_384)];
    assert_eq!(assert_like_oracle(&bytes, &reader, &splits), Some(Authentication));
    let failure = oracle::open(&bytes, &reader).unwrap_err();
    assert_eq!(failure.chunk, Some(at as u64));
    assert_eq!(failure.released, sample.recipe.plaintext[..at * 16_384]);
}

fn first_difference(chunks: &[Vec<u8>], changed: &[Vec<u8>]) -> usize {
    // Chunks are cut anew every 16,400 bytes, as a reader does.
    let (chunks, changed) = (chunks.concat(), changed.concat());
    let differs = |at: &usize| {
        let cut = |bytes: &[u8]| {
            let start = (at * 16_400).min(bytes.len());
            bytes[start..bytes.len().min(start + 16_400)].to_vec()
        };
        cut(&chunks) != cut(&changed)
    };
    (0..=chunks.len() / 16_400 + 1).find(differs).expect("something changed")
}

#[test]
fn every_swap() {
    let sample = sample();
    let (_, chunks) = sample.chunks();
    for a in 0..chunks.len() {
        for b in a + 1..chunks.len() {
            let mut changed = chunks.clone();
            changed.swap(a, b);
            assert_fails_at(&sample, &changed, first_difference(&chunks, &changed));
        }
    }
}

#[test]
fn every_repetition_and_replacement() {
    let sample = sample();
    let (_, chunks) = sample.chunks();
    for from in 0..chunks.len() {
        for to in 0..=chunks.len() {
            let mut inserted = chunks.clone();
            inserted.insert(to, chunks[from].clone());
            assert_fails_at(&sample, &inserted, first_difference(&chunks, &inserted));
            if to < chunks.len() && to != from {
                let mut replaced = chunks.clone();
                replaced[to] = chunks[from].clone();
                assert_fails_at(&sample, &replaced, first_difference(&chunks, &replaced));
            }
        }
    }
}

#[test]
fn every_omission() {
    let sample = sample();
    let (_, chunks) = sample.chunks();
    for kept in 0..1 << chunks.len() {
        if kept == (1 << chunks.len()) - 1 {
            continue;
        }
        let left: Vec<_> = (0..chunks.len())
            .filter(|index| kept & (1 << index) != 0)
            .map(|index| chunks[index].clone())
            .collect();
        if chunks.starts_with(&left) {
            // Nothing but the end is missing.
            let code = assert_like_oracle(&envelope(&sample, &left), &sample.reader(), &[]);
            assert_eq!(code, Some(Truncated));
        } else {
            assert_fails_at(&sample, &left, first_difference(&chunks, &left));
        }
    }
}

/// Every chunk of a message in every place of another one of the same DEK and header.
#[test]
fn every_chunk_of_another_message() {
    let (sample, other) = (sample(), Recipe { label: "other".into(), ..sample().recipe }.make());
    let ((_, chunks), (_, foreign)) = (sample.chunks(), other.chunks());
    for chunk in &foreign {
        for to in 0..chunks.len() {
            let mut replaced = chunks.clone();
            replaced[to].clone_from(chunk);
            assert_fails_at(&sample, &replaced, to);
        }
    }
}
