//! The two AES-256-GCM backends are equivalent: they seal to the same bytes, and open or reject the
//! same inputs.
#![cfg(feature = "aws-lc")]

use proptest::collection::vec;
use proptest::prelude::*;
use sealwax::aead::{Aead, AwsLc, RustCrypto};
use sealwax::chunked::{self, CHUNK_LEN, Cipher, SEALED_CHUNK_LEN, TAG_LEN};
use sealwax::{Error, ErrorCode};

/// Lengths around every boundary of a block, a chunk and two chunks.
fn lengths() -> impl Iterator<Item = usize> {
    let blocks = 0..130;
    let chunks = [CHUNK_LEN, 2 * CHUNK_LEN].into_iter().flat_map(|edge| edge - 17..edge + 18);
    blocks.chain(chunks).chain([1_000, 4_096, 100_000])
}

fn message(len: usize) -> Vec<u8> {
    (0..251).cycle().step_by(31).take(len).collect()
}

fn sealed<A: Aead>(key: &[u8; 32], salt: &[u8; 24], plaintext: &[u8]) -> Vec<u8> {
    let len = chunked::sealed_len(plaintext.len() as u64).unwrap();
    let mut out = vec![0; usize::try_from(len).unwrap()];
    let written = chunked::seal::<A>(key, &[b"tide"], salt, plaintext, &mut out).unwrap();
    assert_eq!(written, out.len());
    out
}

fn opened<A: Aead>(key: &[u8; 32], sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let len = chunked::plaintext_len(sealed.len() as u64)?;
    let mut out = vec![0xaa; usize::try_from(len).unwrap()];
    match chunked::open::<A>(key, &[b"tide"], sealed, &mut out) {
        Ok(written) => assert_eq!(written, out.len()),
        Err(error) => {
            // Zeros after a chunk that failed; untouched where no chunk was tried.
            let left = if error.code() == ErrorCode::Authentication { 0 } else { 0xaa };
            assert!(out.iter().all(|byte| *byte == left));
            return Err(error);
        }
    }
    Ok(out)
}

#[test]
fn messages_of_every_length_are_the_same() {
    for len in lengths() {
        let (key, salt, plaintext) = ([9; 32], [7; 24], message(len));
        let message = sealed::<RustCrypto>(&key, &salt, &plaintext);
        assert_eq!(message, sealed::<AwsLc>(&key, &salt, &plaintext), "{len}");
        assert_eq!(opened::<AwsLc>(&key, &message).unwrap(), plaintext, "{len}");
        assert_eq!(opened::<RustCrypto>(&key, &message).unwrap(), plaintext, "{len}");
    }
}

/// Seals and opens one chunk in place and from slice to slice.
fn chunk_both_ways<A: Aead>(index: u64, plaintext: &[u8]) -> Vec<u8> {
    let cipher = Cipher::<A>::raw(&[3; 32], &[0xf0; 12]);
    let mut out = vec![0; plaintext.len() + TAG_LEN];
    cipher.seal_chunk(index, plaintext, &mut out).unwrap();
    let mut in_place = [plaintext, &[0; TAG_LEN]].concat();
    cipher.seal_chunk_in_place(index, &mut in_place).unwrap();
    assert_eq!(in_place, out);
    assert_eq!(cipher.open_chunk_in_place(index, &mut in_place).unwrap(), plaintext);
    let mut back = vec![1; plaintext.len()];
    cipher.open_chunk(index, &out, &mut back).unwrap();
    assert_eq!(back, plaintext);
    out
}

#[test]
fn chunks_at_any_index_in_place_and_not_are_the_same() {
    for index in [0, 1, 255, 256, 65_535, 1 << 32, (1 << 38) - 1] {
        for len in [0, 1, 15, 16, 17, 1_024, CHUNK_LEN - 1, CHUNK_LEN] {
            let plaintext = message(len);
            let ours = chunk_both_ways::<RustCrypto>(index, &plaintext);
            assert_eq!(ours, chunk_both_ways::<AwsLc>(index, &plaintext), "{index} {len}");
        }
    }
}

fn refuses<A: Aead>(index: u64, sealed: &[u8]) {
    let cipher = Cipher::<A>::raw(&[3; 32], &[0xf0; 12]);
    let mut out = vec![1; sealed.len() - TAG_LEN];
    let error = cipher.open_chunk(index, sealed, &mut out).unwrap_err();
    assert!(matches!(error, Error::Authentication { chunk } if chunk == index), "{error:?}");
    assert!(out.iter().all(|byte| *byte == 0));
    let mut buffer = sealed.to_vec();
    let error = cipher.open_chunk_in_place(index, &mut buffer).unwrap_err();
    assert!(matches!(error, Error::Authentication { chunk } if chunk == index), "{error:?}");
    assert!(buffer.iter().all(|byte| *byte == 0));
}

#[test]
fn every_modified_bit_is_refused_by_both() {
    let sealed = chunk_both_ways::<AwsLc>(5, b"high water 18:42");
    for bit in 0..8 * sealed.len() {
        let mut modified = sealed.clone();
        modified[bit / 8] ^= 1 << (bit % 8);
        refuses::<RustCrypto>(5, &modified);
        refuses::<AwsLc>(5, &modified);
    }
    refuses::<RustCrypto>(6, &sealed);
    refuses::<AwsLc>(6, &sealed);
}

fn refuses_lengths<A: Aead>() {
    let cipher = Cipher::<A>::raw(&[3; 32], &[0xf0; 12]);
    let long = vec![0; SEALED_CHUNK_LEN + 1];
    let codes = [
        cipher.seal_chunk(0, b"abc", &mut [0; 18]).unwrap_err().code(),
        cipher.seal_chunk(0, b"abc", &mut [0; 20]).unwrap_err().code(),
        cipher.seal_chunk_in_place(0, &mut [0; TAG_LEN - 1]).unwrap_err().code(),
        cipher.seal_chunk(0, &long[TAG_LEN..], &mut long.clone()).unwrap_err().code(),
        cipher.open_chunk(0, &[0; 19], &mut [0; 4]).unwrap_err().code(),
        cipher.open_chunk(0, &[0; TAG_LEN - 1], &mut []).unwrap_err().code(),
        cipher.open_chunk_in_place(0, &mut [0; TAG_LEN - 1]).unwrap_err().code(),
    ];
    assert_eq!(codes, [ErrorCode::InvalidArgument; 7]);
}

#[test]
fn lengths_that_do_not_fit_are_refused_by_both() {
    refuses_lengths::<RustCrypto>();
    refuses_lengths::<AwsLc>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_messages_are_the_same(
        key: [u8; 32], salt: [u8; 24], plaintext in vec(any::<u8>(), 0..40_000), flip: u32,
    ) {
        let message = sealed::<RustCrypto>(&key, &salt, &plaintext);
        prop_assert_eq!(&message, &sealed::<AwsLc>(&key, &salt, &plaintext));
        prop_assert_eq!(opened::<AwsLc>(&key, &message).unwrap(), plaintext);
        let mut modified = message;
        let at = flip as usize % modified.len();
        modified[at] ^= 1;
        let ours = opened::<RustCrypto>(&key, &modified).unwrap_err();
        let theirs = opened::<AwsLc>(&key, &modified).unwrap_err();
        prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    }
}
