//! The published third-party vectors of C2SP chunked-encryption with AES-256-GCM, opened in every
//! possible way: whole, as a stream, by chunks in any order, in raw mode.
//!
//! They are not part of this repository. The test looks for the file that `SEALWAX_C2SP_VECTORS`
//! names, then in `../shared/vectors/` beside the workspace, and passes without either.
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;
mod vector;

use sealwax::aead::{Aead, RustCrypto};
use sealwax::chunked::{
    self, CHUNK_LEN, Cipher, KeySchedule, OpenStream, PREFIX_LEN, Prefix, SEALED_CHUNK_LEN,
    SealStream, ciphertext_range, last_chunk_range, plaintext_len,
};
use sealwax::{Error, ErrorCode, Progress, Result, Status};

use common::drive::{CHUNK_BY_CHUNK, SPLITS, Split};
use common::seed::sha512_hex;
use vector::Vector;

#[test]
fn rust_crypto() {
    all::<RustCrypto>();
}

#[cfg(feature = "aws-lc")]
#[test]
fn aws_lc() {
    all::<sealwax::aead::AwsLc>();
}

fn all<A: Aead>() {
    let Some(vectors) = vector::load() else {
        println!("the C2SP vectors are not here: nothing to check");
        return;
    };
    for vector in &vectors {
        println!("{} {} {:?}", vector.id, vector.comment, vector.flags);
        if vector.is_valid {
            seals_the_same::<A>(vector);
        }
        at_once::<A>(vector);
        in_pieces::<A>(vector);
        raw_mode::<A>(vector);
        any_order::<A>(vector);
        last_chunk::<A>(vector);
    }
    assert!(vectors.iter().any(|vector| vector.is_valid));
    assert!(vectors.iter().any(|vector| vector.has("PartialPlaintext")));
    println!("{} vectors", vectors.len());
}

/// Key schedule behind the checked commitment.
fn schedule(vector: &Vector) -> Result<KeySchedule> {
    let (prefix, _) = Prefix::split(&vector.message)?;
    let schedule = KeySchedule::derive(&vector.key, &prefix.salt, &[&vector.context])?;
    schedule.check(&prefix.commitment)?;
    Ok(schedule)
}

fn chunks(vector: &Vector) -> &[u8] {
    vector.message.get(PREFIX_LEN..).unwrap_or_default()
}

fn at_once<A: Aead>(vector: &Vector) {
    let mut out = vec![0xee; vector.message.len()];
    let context: [&[u8]; 1] = [&vector.context];
    match chunked::open::<A>(&vector.key, &context, &vector.message, &mut out) {
        Ok(len) => {
            assert!(vector.is_valid);
            vector.assert_is_message(&out[..len]);
        }
        Err(error) => {
            assert!(!vector.is_valid, "{error}");
            vector.assert_is_failure(&error);
            // Either nothing was written, or zeros up to the length that there would have been.
            let len = plaintext_len(vector.message.len() as u64).unwrap_or(0);
            let len = usize::try_from(len).unwrap();
            assert!(
                out[..len].iter().all(|byte| *byte == 0) || out.iter().all(|byte| *byte == 0xee)
            );
        }
    }
}

/// Drives a stream to its end; what it released, and how it ended.
fn drive(
    mut process: impl FnMut(&[u8], bool, &mut [u8]) -> Result<Progress>,
    input: &[u8],
    (piece, room): Split,
) -> (Vec<u8>, Result<()>) {
    let (mut released, mut rest, mut ended) = (Vec::new(), input, false);
    let mut output = vec![0; room];
    loop {
        output.fill(0xee);
        match process(&rest[..rest.len().min(piece)], ended, &mut output) {
            Ok(progress) => {
                rest = &rest[progress.read..];
                released.extend_from_slice(&output[..progress.written]);
                match progress.status {
                    Status::Done => return (released, Ok(())),
                    Status::NeedInput => ended = rest.is_empty(),
                    _ => {}
                }
            }
            Err(error) => {
                assert!(output.iter().all(|byte| *byte == 0));
                let again = process(&[], true, &mut output).unwrap_err();
                assert_eq!(again.code(), ErrorCode::InvalidState);
                return (released, Err(error));
            }
        }
    }
}

fn open_stream<A: Aead>(cipher: Cipher<A>, input: &[u8], split: Split) -> (Vec<u8>, Result<()>) {
    let mut stream = OpenStream::new(cipher);
    let outcome = drive(
        |input, ended, output| {
            if ended {
                stream.end_input();
            }
            stream.process(input, output)
        },
        input,
        split,
    );
    assert_eq!(stream.finish().is_ok(), outcome.1.is_ok());
    outcome
}

fn assert_released(vector: &Vector, split: Split, (released, result): (Vec<u8>, Result<()>)) {
    match result {
        Ok(()) => {
            assert!(vector.is_valid);
            vector.assert_is_message(&released);
        }
        Err(error) => {
            vector.assert_is_failure(&error);
            assert!(released.len() <= vector.released_len(), "bytes beyond the valid prefix");
            if split == CHUNK_BY_CHUNK && vector.has("PartialPlaintext") {
                vector.assert_is_message(&released);
            }
        }
    }
}

fn in_pieces<A: Aead>(vector: &Vector) {
    let Ok(schedule) = schedule(vector) else {
        assert!(vector.has("HeaderFailure"));
        return;
    };
    for split in SPLITS.into_iter().chain([CHUNK_BY_CHUNK]) {
        let outcome = open_stream(Cipher::<A>::new(&schedule), chunks(vector), split);
        assert_released(vector, split, outcome);
    }
}

fn raw_mode<A: Aead>(vector: &Vector) {
    let Some((key, base_nonce)) = &vector.raw else {
        assert!(vector.has("HeaderFailure"));
        return;
    };
    let schedule = schedule(vector).unwrap();
    assert_eq!(schedule.expose_key(), key);
    assert_eq!(schedule.base_nonce(), base_nonce);
    let split = CHUNK_BY_CHUNK;
    let outcome = open_stream(Cipher::<A>::raw(key, base_nonce), chunks(vector), split);
    assert_released(vector, split, outcome);
}

/// Every chunk of the valid part opens alone, last to first; ranges give slices of the plaintext.
fn any_order<A: Aead>(vector: &Vector) {
    let Ok(schedule) = schedule(vector) else { return };
    let cipher = Cipher::<A>::new(&schedule);
    let valid = vector.released_len() / CHUNK_LEN;
    let mut plaintext = vec![0; valid * CHUNK_LEN];
    for index in (0..valid).rev() {
        let sealed = &chunks(vector)[index * SEALED_CHUNK_LEN..(index + 1) * SEALED_CHUNK_LEN];
        let slot = &mut plaintext[index * CHUNK_LEN..(index + 1) * CHUNK_LEN];
        cipher.open_chunk(index as u64, sealed, slot).unwrap();
    }
    if vector.is_valid {
        open_ranges(vector, &cipher, &plaintext);
    } else if vector.has("PartialPlaintext") {
        vector.assert_is_message(&plaintext);
    }
}

fn open_ranges<A: Aead>(vector: &Vector, cipher: &Cipher<A>, full_chunks: &[u8]) {
    let message_len = vector.message.len() as u64;
    let len = plaintext_len(message_len).unwrap();
    for (start, end) in [(0, len), (len / 3, len / 2), (len.saturating_sub(1), len)] {
        let range = ciphertext_range(start..end, message_len).unwrap();
        let first = start / CHUNK_LEN as u64;
        let bytes = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        let sealed = &vector.message[bytes];
        let mut out = vec![0; sealed.len() - 16 * sealed.len().div_ceil(SEALED_CHUNK_LEN)];
        cipher.open_run(first, sealed, &mut out).unwrap();
        let at = usize::try_from(first).unwrap() * CHUNK_LEN;
        let known = full_chunks.get(at..).unwrap_or_default();
        let compared = known.len().min(out.len());
        assert_eq!(out[..compared], known[..compared]);
        if (start, end) == (0, len) {
            vector.assert_is_message(&out);
        }
    }
}

/// Opening the last chunk alone authenticates the length; among the invalid messages it may
/// succeed for those that say so only ([B-19]).
fn last_chunk<A: Aead>(vector: &Vector) {
    let opened = (|| -> Result<(), Error> {
        let schedule = schedule(vector)?;
        let (index, range) = last_chunk_range(vector.message.len() as u64)?;
        let sealed = &vector.message[usize::try_from(range.start).unwrap()..];
        Cipher::<A>::new(&schedule).open_chunk(index, sealed, &mut vec![0; sealed.len() - 16])
    })();
    assert_eq!(opened.is_ok(), vector.is_valid || vector.has("ValidFinalChunk"));
}

/// A valid message is what this library makes of its plaintext and salt.
fn seals_the_same<A: Aead>(vector: &Vector) {
    let mut plaintext = vec![0; vector.message.len()];
    let context: [&[u8]; 1] = [&vector.context];
    let len = chunked::open::<A>(&vector.key, &context, &vector.message, &mut plaintext).unwrap();
    plaintext.truncate(len);
    let (prefix, _) = Prefix::split(&vector.message).unwrap();
    let mut sealed = vec![0; vector.message.len()];
    let written =
        chunked::seal::<A>(&vector.key, &context, &prefix.salt, &plaintext, &mut sealed).unwrap();
    assert_eq!(sha512_hex(&sealed[..written]), sha512_hex(&vector.message));
    for split in SPLITS {
        let mut stream = SealStream::new(Cipher::<A>::new(&schedule(vector).unwrap()));
        let process = |input: &[u8], ended: bool, output: &mut [u8]| {
            if ended {
                stream.end_input();
            }
            stream.process(input, output)
        };
        let (sealed, result) = drive(process, &plaintext, split);
        result.unwrap();
        stream.finish().unwrap();
        assert_eq!(sha512_hex(&sealed), sha512_hex(chunks(vector)));
    }
}
