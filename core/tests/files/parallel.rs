//! Buffers on several cores: the result does not depend on the number of threads.

use std::convert::Infallible;

use sealwax::parallel::{
    decrypt_body_into, decrypt_into, encrypt_body_into, encrypt_into, encrypt_into_with,
};
use sealwax::rand_core::{TryCryptoRng, TryRng};
use sealwax::{
    ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, Error, ErrorCode, SysRng,
    generate_dek,
};

use crate::common::{bytes, code_of, kek};

/// Counts: the same bytes each time.
struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0 = self.0.wrapping_add(1);
        Ok(u32::from(self.0))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

fn handles() -> (EncryptHandle, DecryptHandle) {
    let (dek, keys) = generate_dek(&[&kek("a")], ContextRef::EMPTY, &mut SysRng).unwrap();
    let handle = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng).unwrap();
    let header = handle.header().to_vec();
    (handle, DecryptHandle::new(&header, dek).unwrap())
}

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads() {
    let (encrypt, decrypt) = handles();
    let run = 1 << 20;
    for len in [0, 1, 16_384, 300_000, run - 1, run, run + 1, 3 * run, 7 * run + 5] {
        let plaintext = bytes(len);
        let needed = usize::try_from(encrypt.sealed_len(len as u64).unwrap()).unwrap();
        let expected = encrypt.encrypt(&plaintext, b"aad", &mut Counting(0)).unwrap();
        for threads in [1, 2, 3, 16, 0] {
            let mut out = vec![0xee; needed + 3];
            let rng = &mut Counting(0);
            let written =
                encrypt_into_with(&encrypt, &plaintext, b"aad", &mut out, threads, rng).unwrap();
            assert!(written == needed && out[..needed] == expected && out[needed..] == [0xee; 3]);
            let mut back = vec![0; len];
            let opened = decrypt_into(&decrypt, &expected, b"aad", &mut back, threads).unwrap();
            assert!(opened == len && back == plaintext);
        }
    }
}

#[test]
fn a_body_is_sealed_without_its_header() {
    let (encrypt, decrypt) = handles();
    for len in [0, 5, 3 << 20] {
        let (plaintext, mut back) = (bytes(len), vec![0; len]);
        let needed = encrypt.sealed_len(len as u64).unwrap() - encrypt.header().len() as u64;
        let mut body = vec![0; usize::try_from(needed).unwrap()];
        let (last, rest) = (body.len() - 1, &mut body[1..]);
        let error = encrypt_body_into(&encrypt, &plaintext, b"aad", rest, 2).unwrap_err();
        assert!(matches!(error, Error::BufferTooSmall { needed } if needed == last + 1));
        let written = encrypt_body_into(&encrypt, &plaintext, b"aad", &mut body, 2).unwrap();
        assert_eq!(written, body.len());
        assert_eq!(decrypt_body_into(&decrypt, &body, b"aad", &mut back, 2).unwrap(), len);
        assert!(back == plaintext);
    }
}

#[test]
fn of_several_modified_chunks_the_first_is_named_and_nothing_is_released() {
    let (encrypt, decrypt) = handles();
    let plaintext = bytes(5 << 20);
    let envelope = encrypt.encrypt(&plaintext, b"", &mut SysRng).unwrap();
    let start = encrypt.header().len() + 56;
    for threads in [1, 2, 5] {
        let mut modified = envelope.clone();
        modified[start + 290 * 16_400] ^= 1;
        modified[start + 70 * 16_400] ^= 1;
        let mut out = vec![7; plaintext.len() + 1];
        let error = decrypt_into(&decrypt, &modified, b"", &mut out, threads).unwrap_err();
        assert!(matches!(error, Error::Authentication { chunk: 70 }), "{error}");
        let (touched, rest) = out.split_at(plaintext.len());
        assert!(touched.iter().all(|byte| *byte == 0) && rest == [7]);
    }
}

#[test]
fn bad_arguments_and_bad_lengths() {
    let (encrypt, decrypt) = handles();
    let plaintext = bytes(100_000);
    let needed = usize::try_from(encrypt.sealed_len(100_000).unwrap()).unwrap();
    let mut out = vec![0; needed];
    let small = encrypt_into(&encrypt, &plaintext, b"", &mut out[..needed - 1], 2).unwrap_err();
    assert!(matches!(small, Error::BufferTooSmall { needed: told } if told == needed));
    encrypt_into(&encrypt, &plaintext, b"", &mut out, 2).unwrap();
    let mut back = vec![0; 100_000];
    let small = decrypt_into(&decrypt, &out, b"", &mut back[1..], 2).unwrap_err();
    assert!(matches!(small, Error::BufferTooSmall { needed: 100_000 }));
    let aad = decrypt_into(&decrypt, &out, b"other", &mut back, 2);
    assert_eq!(code_of(aad), ErrorCode::CommitmentMismatch);
    let header = decrypt_into(&decrypt, &out[1..], b"", &mut back, 2);
    assert_eq!(code_of(header), ErrorCode::InvalidArgument);
    let body = &out[encrypt.header().len()..];
    let cut = decrypt_body_into(&decrypt, &body[..56 + 16_400], b"", &mut back, 2);
    assert_eq!(code_of(cut), ErrorCode::Truncated);
    let cut = decrypt_body_into(&decrypt, &body[..20], b"", &mut back, 2);
    assert_eq!(code_of(cut), ErrorCode::Truncated);
    assert_eq!(decrypt_body_into(&decrypt, body, b"", &mut back, 2).unwrap(), 100_000);
    assert!(back == plaintext);
}
