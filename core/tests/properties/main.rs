//! Properties, with proptest: any split gives the same bytes, a parsed header encodes to the same
//! bytes, ranges are slices, and no input panics or differs from the second implementation of the
//! format.
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;

mod arbitrary;
mod headers;
mod ranges;
mod splits;
mod texts;

use proptest::prelude::*;

/// As many cases as fit the time; failures are not written beside the sources.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Lengths of plaintexts, dense around the boundaries of chunks.
fn plaintext_len() -> impl Strategy<Value = usize> {
    prop_oneof![
        0_usize..40,
        (1_usize..4, 0_usize..5).prop_map(|(chunks, off)| chunks * 16_384 + off - 2),
        0_usize..60_000,
    ]
}
