//! Any split of input and output gives the same bytes, in both machines and in the streams.

use proptest::prelude::*;
use sealwax::aead::DefaultAead;
use sealwax::chunked::{self, Cipher, KeySchedule, OpenStream, SealStream};
use sealwax::{
    DecryptHandle, DecryptOptions, Decryptor, Dek, Encryptor, Error, Progress, Result, Status,
};

use crate::common::envelope::{Recipe, Sample};
use crate::common::seed::{derived, pattern};
use crate::{cases, plaintext_len};

/// Sizes of input and output pieces, used in turn; zero is allowed.
fn pieces() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let size = || prop_oneof![0_usize..4, 0_usize..100, 16_000_usize..17_000, 0_usize..70_000];
    // One piece at least moves something, or nothing would ever end.
    prop::collection::vec((size(), size()), 1..8).prop_map(|mut pieces| {
        pieces.push((1_000, 1_000));
        pieces
    })
}

fn recipe(len: usize) -> Recipe {
    Recipe::full("splits").with(|recipe| recipe.plaintext = pattern(len, 5))
}

/// Passes input and output in the given pieces, in turn, to the end.
fn drive(
    pieces: &[(usize, usize)],
    input: &[u8],
    mut step: impl FnMut(&[u8], bool, &mut [u8]) -> Result<Progress>,
) -> Result<Vec<u8>> {
    let (mut out, mut rest, mut ended) = (Vec::new(), input, false);
    let mut buffer = vec![0; 70_000];
    for (piece, room) in pieces.iter().cycle() {
        let given = &rest[..rest.len().min(*piece)];
        let progress = step(given, ended, &mut buffer[..*room])?;
        assert!(progress.read <= given.len() && progress.written <= *room);
        rest = &rest[progress.read..];
        out.extend_from_slice(&buffer[..progress.written]);
        match progress.status {
            Status::Done => {
                assert!(rest.is_empty() && ended);
                return Ok(out);
            }
            // Input is asked for only when all of it was taken.
            Status::NeedInput => {
                assert_eq!(progress.read, given.len());
                ended = rest.is_empty();
            }
            Status::NeedOutput => assert_eq!(progress.written, *room),
            status => assert_eq!(status, Status::NeedKey),
        }
    }
    unreachable!("the cycle does not end")
}

fn encrypt(sample: &Sample, pieces: &[(usize, usize)]) -> Vec<u8> {
    let recipe = &sample.recipe;
    let mut rng = recipe.rng();
    let mut keys = recipe.wrapped_keys(&mut rng);
    let dek = Dek::from_slice(&recipe.dek).unwrap();
    let mut encryptor = Encryptor::new(&dek, &recipe.options(), &mut rng).unwrap();
    let sealed = drive(pieces, &recipe.plaintext, |input, ended, output| {
        if ended {
            encryptor.end_input();
        }
        let progress = encryptor.process(input, output)?;
        if progress.status == Status::NeedKey {
            for key in keys.drain(..) {
                encryptor.add_wrapped_key(key)?;
            }
        }
        Ok(progress)
    });
    encryptor.finish().unwrap();
    sealed.unwrap()
}

/// A decryptor that gets its DEK when it asks.
fn decrypt(sample: &Sample, input: &[u8], pieces: &[(usize, usize)]) -> Result<Vec<u8>> {
    let associated_data = sample.recipe.associated_data.clone();
    let mut decryptor = Decryptor::new(&DecryptOptions::new().associated_data(&associated_data));
    let opened = drive(pieces, input, |input, ended, output| {
        if ended {
            decryptor.end_input();
        }
        let progress = decryptor.process(input, output)?;
        if progress.status == Status::NeedKey {
            decryptor.provide_dek(Dek::from_slice(&sample.recipe.dek)?)?;
        }
        Ok(progress)
    });
    assert_eq!(decryptor.finish().is_ok(), opened.is_ok());
    opened
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn both_machines(len in plaintext_len(), sealing in pieces(), opening in pieces()) {
        let sample = recipe(len).make();
        prop_assert!(encrypt(&sample, &sealing) == sample.bytes());
        prop_assert!(decrypt(&sample, &sample.bytes(), &opening).unwrap() == sample.recipe.plaintext);
    }

    /// [B-10]: the code does not depend on the split either.
    #[test]
    fn the_error_of_a_modified_or_cut_envelope(
        len in plaintext_len(),
        at in any::<prop::sample::Index>(),
        cut in any::<bool>(),
        one in pieces(),
        other in pieces(),
    ) {
        let sample = recipe(len).make();
        let mut bytes = sample.bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 0x20 }
        let describe = |error: Error| format!("{error:?}");
        let one = decrypt(&sample, &bytes, &one).map_err(describe).unwrap_err();
        let other = decrypt(&sample, &bytes, &other).map_err(describe).unwrap_err();
        prop_assert_eq!(one, other);
    }

    #[test]
    fn both_streams(len in plaintext_len(), sealing in pieces(), opening in pieces()) {
        let plaintext = pattern(len, 8);
        let (key, salt) = (derived::<32>("stream"), derived::<24>("salt"));
        let mut message = vec![0; len + 200];
        let written =
            chunked::seal::<DefaultAead>(&key, &[b"a", b"b"], &salt, &plaintext, &mut message);
        message.truncate(written.unwrap());
        let cipher =
            || Cipher::<DefaultAead>::new(&KeySchedule::derive(&key, &salt, &[b"ab"]).unwrap());
        let mut stream = SealStream::new(cipher());
        let sealed = drive(&sealing, &plaintext, |input, ended, output| {
            if ended { stream.end_input() }
            stream.process(input, output)
        });
        prop_assert!(sealed.unwrap() == message[56..]);
        stream.finish().unwrap();
        let mut stream = OpenStream::new(cipher());
        let opened = drive(&opening, &message[56..], |input, ended, output| {
            if ended { stream.end_input() }
            stream.process(input, output)
        });
        prop_assert!(opened.unwrap() == plaintext);
        stream.finish().unwrap();
    }
}

/// [B-02]: an end is confirmed only after the last chunk; before, `finish` fails.
#[test]
fn no_machine_finishes_early() {
    let sample = recipe(20_000).make();
    let bytes = sample.bytes();
    for len in [0, 5, 100, sample.header.len(), bytes.len() - 1, bytes.len()] {
        let mut decryptor = Decryptor::new(&DecryptOptions::new().associated_data(b"aad"));
        let mut rest = &bytes[..len];
        let mut output = vec![0; 30_000];
        loop {
            let progress = decryptor.process(rest, &mut output).unwrap();
            rest = &rest[progress.read..];
            match progress.status {
                Status::NeedKey => {
                    decryptor.provide_dek(Dek::from_slice(&sample.recipe.dek).unwrap()).unwrap();
                }
                _ => break,
            }
        }
        // Without the word that no input follows, not even the whole envelope is an end.
        assert_eq!(decryptor.finish().unwrap_err().code(), sealwax::ErrorCode::Truncated);
    }
    assert!(DecryptHandle::new(&sample.header, Dek::from_slice(&[0; 32]).unwrap()).is_err());
}
