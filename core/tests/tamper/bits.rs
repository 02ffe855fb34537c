//! Every single-bit flip.

use std::ops::Range;

use sealwax::ErrorCode;
use sealwax::ErrorCode::{
    Authentication, BadMagic, CommitmentMismatch, HeaderAuthentication, KeyUnwrap, LimitExceeded,
    Malformed, NoMatchingKey, Truncated, UnsupportedSuite, UnsupportedVersion,
};
use sealwax::range::RangeOpener;

use crate::common::envelope::{Recipe, Sample, assert_like_oracle, chunk_of_error};
use crate::common::seed::pattern;

/// Where the parts of [`Recipe::full`] are, and what a flipped bit in each may give. The oracle
/// says which of the codes it is; this table says that the oracle is right.
fn regions(sample: &Sample) -> Vec<(Range<usize>, &'static [ErrorCode])> {
    let header_len = sample.header.len();
    let metadata = 14 + 2 + (2 + 6 + 2 + 4) + (2 + 2 + 2);
    let keys = metadata + 4 + 72 + 4;
    let first = keys + 2;
    let second = first + (2 + 5) + (2 + 5) + (2 + 104);
    let padding = second + (2 + 5) + (2 + 1) + (2 + 104);
    vec![
        (0..7, &[BadMagic]),
        (7..8, &[UnsupportedVersion]),
        (8..12, &[LimitExceeded, Malformed, Truncated, HeaderAuthentication]),
        (12..14, &[UnsupportedSuite]),
        // The local wrapping binds the context, so its change shows before the MAC does.
        (14..metadata, &[LimitExceeded, Malformed, KeyUnwrap]),
        (metadata..metadata + 4, &[LimitExceeded, Malformed]),
        (metadata + 4..keys, &[HeaderAuthentication]),
        (keys..first, &[LimitExceeded, Malformed]),
        (first..second, &[LimitExceeded, Malformed, HeaderAuthentication]),
        (second..padding, &[LimitExceeded, Malformed, NoMatchingKey, KeyUnwrap]),
        (padding..header_len - 32, &[Malformed]),
        (header_len - 32..header_len, &[HeaderAuthentication]),
        (header_len..header_len + 56, &[CommitmentMismatch]),
        (header_len + 56..sample.bytes().len(), &[Authentication]),
    ]
}

#[test]
fn every_bit_of_a_full_envelope() {
    let sample = Recipe::full("bits").make();
    let (bytes, reader, regions) = (sample.bytes(), sample.reader(), regions(&sample));
    assert_eq!(assert_like_oracle(&bytes, &reader, &[]), None);
    assert!(regions.windows(2).all(|pair| pair[0].0.end == pair[1].0.start));
    for at in 0..bytes.len() {
        let (_, allowed) = regions.iter().find(|(range, _)| range.contains(&at)).unwrap();
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let code = assert_like_oracle(&flipped, &reader, &[(61, 3), (1_000, 1_000)]);
            assert!(
                code.is_some_and(|code| allowed.contains(&code)),
                "byte {at}, bit {bit}: {code:?}"
            );
        }
    }
}

#[test]
fn every_bit_of_the_smallest_envelopes() {
    let empty = Recipe::new("empty").with(|recipe| recipe.plaintext.clear());
    for sample in [Recipe::new("small").make(), empty.make()] {
        let (bytes, reader) = (sample.bytes(), sample.reader());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(assert_like_oracle(&flipped, &reader, &[(1, 1)]).is_some());
            }
        }
    }
}

/// The body of two chunks, by a handle whose header is right.
#[test]
fn every_bit_of_two_chunks() {
    let sample = Recipe::new("two chunks").with(|recipe| recipe.plaintext = pattern(16_389, 9));
    let sample = sample.make();
    let (handle, mut body) = (sample.handle(), sample.body.clone());
    let mut out = vec![0; 16_389];
    for at in 0..body.len() {
        for bit in 0..8 {
            body[at] ^= 1 << bit;
            out.fill(0xee);
            let error = handle.decrypt_body_into(&body, &[], &mut out).unwrap_err();
            if at < 56 {
                assert_eq!(error.code(), CommitmentMismatch);
                assert!(out.iter().all(|byte| *byte == 0xee), "nothing was to be written");
            } else {
                assert_eq!(chunk_of_error(&error), Some((at as u64 - 56) / 16_400));
                assert!(out.iter().all(|byte| *byte == 0), "[E-08]");
            }
            body[at] ^= 1 << bit;
        }
    }
    handle.decrypt_body_into(&body, &[], &mut out).unwrap();
}

/// [B-19], [B-22]: a range fails if one of its chunks was modified, and only then.
#[test]
fn every_byte_of_three_chunks_by_ranges() {
    let sample = Recipe::new("ranges").with(|recipe| recipe.plaintext = pattern(32_800, 9)).make();
    let (handle, body_len) = (sample.handle(), sample.body.len() as u64);
    let last = 56 + 2 * 16_400;
    let mut body = sample.body.clone();
    for at in 0..body.len() {
        body[at] ^= 0x40;
        let prefix = body[..56].try_into().unwrap();
        match RangeOpener::new(&handle, &[], body_len, prefix, &body[last..]) {
            Ok(opener) => {
                assert!((56..last).contains(&at));
                let bad = (at - 56) / 16_400;
                assert_range(&opener, &body, 1 - bad, None);
                assert_range(&opener, &body, bad, Some(bad as u64));
            }
            Err(error) if at < 56 => assert_eq!(error.code(), CommitmentMismatch),
            Err(error) => {
                assert_eq!(chunk_of_error(&error), Some(2));
                assert!(at >= last);
            }
        }
        body[at] ^= 0x40;
    }
}

/// Reads ten bytes inside of a chunk.
fn assert_range(opener: &RangeOpener, body: &[u8], chunk: usize, failing: Option<u64>) {
    let (start, mut out) = (chunk * 16_384 + 50, [0xee; 10]);
    let sealed = &body[56 + chunk * 16_400..56 + (chunk + 1) * 16_400];
    match opener.open_range(start as u64, sealed, &mut out) {
        Ok(()) => {
            assert_eq!(failing, None);
            assert_eq!(out, pattern(32_800, 9)[start..start + 10]);
        }
        Err(error) => {
            assert_eq!(chunk_of_error(&error), failing);
            assert_eq!(out, [0; 10]);
        }
    }
}
