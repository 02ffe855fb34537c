//! Drives the state machines with input and output in pieces.

use sealwax::{Decryptor, Encryptor, Error, KeyProvider, Result, Status};

/// Sizes of the pieces of input and output.
pub type Split = (usize, usize);

/// Input ends at arbitrary places; output holds one chunk, less, or much more.
pub const SPLITS: [Split; 5] =
    [(1_021, 16_384), (16_400, 100_000), (200_000, 200_000), (57, 4_099), (200_000, 16_400)];

/// Releases every chunk that opens: an output of one chunk.
pub const CHUNK_BY_CHUNK: Split = (16_400, 16_384);

/// What left a decryptor, and how it ended.
pub struct Outcome {
    pub released: Vec<u8>,
    pub result: Result<()>,
}

/// Decrypts in pieces. Asserts what holds of every call: a failed one leaves only zeros, and fails
/// again ([E-07], [E-08]).
pub fn decrypt_pieces(
    mut decryptor: Decryptor,
    input: &[u8],
    providers: &[&dyn KeyProvider],
    (piece, room): Split,
) -> Outcome {
    let (mut released, mut rest) = (Vec::new(), input);
    let mut output = vec![0; room];
    loop {
        output.fill(0xee);
        let progress = match decryptor.process(&rest[..rest.len().min(piece)], &mut output) {
            Ok(progress) => progress,
            Err(error) => {
                assert!(output.iter().all(|byte| *byte == 0), "[E-08] the output is not zeroed");
                assert_stays_failed(decryptor, &error);
                return Outcome { released, result: Err(error) };
            }
        };
        rest = &rest[progress.read..];
        released.extend_from_slice(&output[..progress.written]);
        assert!(
            output[progress.written..].iter().all(|byte| *byte == 0xee),
            "bytes behind the written ones changed"
        );
        match progress.status {
            Status::NeedKey => {
                if let Err(error) = decryptor.unwrap_with(providers) {
                    assert_eq!(
                        decryptor.finish().unwrap_err().code(),
                        sealwax::ErrorCode::Truncated
                    );
                    return Outcome { released, result: Err(error) };
                }
            }
            Status::NeedInput if rest.is_empty() => decryptor.end_input(),
            Status::Done => return Outcome { released, result: decryptor.finish() },
            _ => {}
        }
    }
}

fn assert_stays_failed(mut decryptor: Decryptor, error: &Error) {
    let mut output = [0xee; 8];
    let again = decryptor.process(&[], &mut output).unwrap_err();
    assert_eq!(again.code(), error.code(), "[E-07] the error is sticky");
    assert_eq!(output, [0; 8]);
    assert_eq!(decryptor.finish().unwrap_err().code(), error.code());
}

/// Encrypts in pieces to the end.
pub fn encrypt_pieces(mut encryptor: Encryptor, plaintext: &[u8], (piece, room): Split) -> Vec<u8> {
    let (mut sealed, mut rest) = (Vec::new(), plaintext);
    let mut output = vec![0; room];
    loop {
        let progress = encryptor.process(&rest[..rest.len().min(piece)], &mut output).unwrap();
        rest = &rest[progress.read..];
        sealed.extend_from_slice(&output[..progress.written]);
        match progress.status {
            Status::NeedInput if rest.is_empty() => encryptor.end_input(),
            Status::Done => break,
            _ => {}
        }
    }
    encryptor.finish().unwrap();
    sealed
}
