//! A range is a slice of the plaintext, and the two length functions are inverse to each other.

use std::ops::Range;

use proptest::prelude::*;
use sealwax::ErrorCode;
use sealwax::chunked::{
    self, chunk_of, ciphertext_range, last_chunk_range, plaintext_len, sealed_len,
};
use sealwax::range::RangeOpener;

use crate::common::envelope::Recipe;
use crate::common::seed::pattern;
use crate::{cases, plaintext_len as some_len};

fn bytes(body: &[u8], range: Range<u64>) -> &[u8] {
    &body[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
}

proptest! {
    #![proptest_config(cases(128))]

    /// [B-19] to [B-22].
    #[test]
    fn a_range_is_a_slice(len in some_len(), ends in prop::collection::vec((0_usize..66_000, 0_usize..40_000), 1..6)) {
        let sample = Recipe::full("ranges").with(|recipe| recipe.plaintext = pattern(len, 6)).make();
        let (body, plaintext) = (&sample.body, &sample.recipe.plaintext);
        let body_len = body.len() as u64;
        let [prefix, last] = RangeOpener::opening_ranges(body_len).unwrap();
        let prefix = bytes(body, prefix).try_into().unwrap();
        let opener = RangeOpener::new(&sample.handle(), b"aad", body_len, prefix, bytes(body, last)).unwrap();
        prop_assert_eq!(opener.plaintext_len(), len as u64);
        for (start, count) in ends {
            let (from, to) = (start.min(len), (start + count).min(len));
            let fetch = opener.body_range(start as u64..(start + count) as u64).unwrap();
            let sealed = bytes(body, fetch);
            let mut out = vec![0xee; to - from];
            opener.open_range(from as u64, sealed, &mut out).unwrap();
            prop_assert!(out == plaintext[from..to]);
            // One byte more of output than there is plaintext.
            if to == len {
                let mut out = vec![0xee; to - from + 1];
                let error = opener.open_range(from as u64, sealed, &mut out).unwrap_err();
                prop_assert_eq!(error.code(), ErrorCode::InvalidArgument);
                prop_assert!(out.iter().all(|byte| *byte == 0));
            }
        }
    }

    /// [B-17], [B-18], [B-20] for all lengths there can be.
    #[test]
    fn lengths_are_inverse(n in prop_oneof![0_u64..1 << 52, 0_u64..100_000]) {
        let sealed = sealed_len(n).unwrap();
        prop_assert_eq!(plaintext_len(sealed).unwrap(), n);
        prop_assert_eq!(sealed, 56 + n + 16 * (n / 16_384 + 1));
        let (index, range) = last_chunk_range(sealed).unwrap();
        prop_assert_eq!((index, range.start), (n / 16_384, 56 + 16_400 * (n / 16_384)));
        prop_assert_eq!((chunk_of(n).index, chunk_of(n).offset as u64), (n / 16_384, n % 16_384));
    }

    /// No length and no range panics; an answer is one that fits.
    #[test]
    fn lengths_are_total(body in any::<u64>(), start in any::<u64>(), end in any::<u64>()) {
        match plaintext_len(body) {
            Ok(n) => {
                prop_assert_eq!(sealed_len(n).unwrap(), body);
                match ciphertext_range(start..end, body) {
                    Ok(range) => prop_assert!(range.start <= range.end && range.end <= body),
                    Err(error) => {
                        prop_assert!(start > end);
                        prop_assert_eq!(error.code(), ErrorCode::InvalidArgument);
                    }
                }
            }
            Err(error) => {
                prop_assert!([ErrorCode::Truncated, ErrorCode::LimitExceeded].contains(&error.code()));
                prop_assert!(ciphertext_range(start..end, body).is_err());
                prop_assert!(last_chunk_range(body).is_err());
            }
        }
        let _ = chunk_of(start);
        prop_assert_eq!(sealed_len(start).is_ok(), start < 1 << 52);
    }

    /// A run of chunks is the chunks one by one.
    #[test]
    fn runs(len in 1_usize..50_000, first in 0_u64..1 << 37) {
        use sealwax::aead::DefaultAead;
        let cipher = chunked::Cipher::<DefaultAead>::raw(&[1; 32], &[2; 12]);
        let plaintext = pattern(len, 1);
        let mut run = vec![0; len + 16 * len.div_ceil(16_384)];
        cipher.seal_run(first, &plaintext, &mut run).unwrap();
        let mut one_by_one = Vec::new();
        for (chunk, index) in plaintext.chunks(16_384).zip(first..) {
            let mut sealed = chunk.to_vec();
            sealed.resize(chunk.len() + 16, 0);
            cipher.seal_chunk_in_place(index, &mut sealed).unwrap();
            one_by_one.extend(sealed);
        }
        prop_assert!(run == one_by_one);
        let mut opened = vec![0; len];
        cipher.open_run(first, &run, &mut opened).unwrap();
        prop_assert!(opened == plaintext);
        prop_assert!(cipher.open_run(first + 1, &run, &mut opened).is_err());
        prop_assert!(opened.iter().all(|byte| *byte == 0));
    }
}
