//! Round trips of the main API, in memory and in pieces.

use sealwax::{
    DecryptOptions, Decryptor, Dek, EncryptOptions, EncryptionContext, Encryptor, Error, Header,
    Kek, KeyProvider, LocalKek, Padding, RewrapMode, Status, SysRng, decrypt, decrypt_into,
    encrypt, encrypt_into, rewrap,
};

fn kek(name: &str) -> LocalKek {
    LocalKek::new(Kek::generate(&mut SysRng).unwrap(), name).unwrap()
}

fn context() -> EncryptionContext {
    EncryptionContext::from_pairs([("tenant", "blue"), ("purpose", "test")]).unwrap()
}

#[test]
fn every_size_around_the_chunk_boundaries() {
    let kek = kek("a");
    for len in [0_u32, 1, 16_383, 16_384, 16_385, 32_768, 50_000] {
        let plaintext: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        let options = EncryptOptions::new().context(context()).metadata(b"meta");
        let options = options.associated_data(b"aad");
        let envelope = encrypt(&plaintext, &[&kek], &options).unwrap();
        let options = DecryptOptions::new().associated_data(b"aad").required_context(context());
        assert_eq!(decrypt(&envelope, &[&kek], &options).unwrap(), plaintext);
    }
}

#[test]
fn the_smallest_header_is_small() {
    let kek = kek("a");
    let envelope = encrypt(b"", &[&kek], &EncryptOptions::new()).unwrap();
    let (header, body) = Header::split(&envelope).unwrap();
    assert!(header.header_len() <= 256);
    assert_eq!(body.len(), 72);
}

fn encrypt_pieces(plaintext: &[u8], dek: &Dek, kek: &LocalKek, sizes: (usize, usize)) -> Vec<u8> {
    let options = EncryptOptions::new().context(context());
    let mut encryptor = Encryptor::new(dek, &options, &mut SysRng).unwrap();
    encryptor.add_wrapped_key(kek.wrap(dek, &mut encryptor.context().into()).unwrap()).unwrap();
    let (mut out, mut buffer, mut rest) = (Vec::new(), vec![0; sizes.1], plaintext);
    loop {
        let piece = &rest[..rest.len().min(sizes.0)];
        let progress = encryptor.process(piece, &mut buffer).unwrap();
        rest = &rest[progress.read..];
        out.extend_from_slice(&buffer[..progress.written]);
        match progress.status {
            Status::NeedInput if rest.is_empty() => encryptor.end_input(),
            Status::Done => break,
            _ => {}
        }
    }
    encryptor.finish().unwrap();
    out
}

fn decrypt_pieces(envelope: &[u8], kek: &LocalKek, sizes: (usize, usize)) -> Vec<u8> {
    let mut decryptor = Decryptor::new(&DecryptOptions::new().required_context(context()));
    let (mut out, mut buffer, mut rest) = (Vec::new(), vec![0; sizes.1], envelope);
    loop {
        let piece = &rest[..rest.len().min(sizes.0)];
        let progress = decryptor.process(piece, &mut buffer).unwrap();
        rest = &rest[progress.read..];
        out.extend_from_slice(&buffer[..progress.written]);
        match progress.status {
            Status::NeedKey => decryptor.unwrap_with(&[kek]).unwrap(),
            Status::NeedInput if rest.is_empty() => decryptor.end_input(),
            Status::Done => break,
            _ => {}
        }
    }
    decryptor.finish().unwrap();
    out
}

#[test]
fn pieces_of_any_size() {
    let kek = kek("a");
    let plaintext: Vec<u8> = (0..70_000_u32).map(|i| (i % 253) as u8).collect();
    let dek = Dek::generate(&mut SysRng).unwrap();
    for sizes in [(1, 1), (7, 70_000), (16_384, 16_400), (70_000, 3), (100_000, 100_000)] {
        let envelope = encrypt_pieces(&plaintext, &dek, &kek, sizes);
        assert_eq!(decrypt_pieces(&envelope, &kek, sizes), plaintext);
        assert_eq!(decrypt_pieces(&envelope, &kek, (sizes.1, sizes.0)), plaintext);
    }
}

#[test]
fn a_rewrap_keeps_the_body_and_changes_who_can_read() {
    let (old, new) = (kek("old"), kek("new"));
    let options = EncryptOptions::new().context(context()).padding(Padding::Page);
    let envelope = encrypt(b"tide table", &[&old], &options).unwrap();
    let rewrapped = rewrap(&envelope, &[&old], &[&new], RewrapMode::Replace).unwrap();
    assert_eq!(rewrapped.len(), envelope.len());
    assert_eq!(rewrapped[4_096..], envelope[4_096..]);
    assert_eq!(decrypt(&rewrapped, &[&new], &DecryptOptions::new()).unwrap(), b"tide table");
    let error = decrypt(&rewrapped, &[&old], &DecryptOptions::new()).unwrap_err();
    assert_eq!(error.code(), sealwax::ErrorCode::NoMatchingKey);
}

#[test]
fn messages_in_the_callers_buffers() {
    let kek = kek("a");
    let (mut envelope, mut plaintext) = ([0; 1024], [0; 10]);
    let len = encrypt_into(b"tide table", &[&kek], &EncryptOptions::new(), &mut envelope).unwrap();
    let envelope = &envelope[..len];
    let options = DecryptOptions::new();
    assert_eq!(decrypt_into(envelope, &[&kek], &options, &mut plaintext).unwrap(), 10);
    assert_eq!(&plaintext, b"tide table");
    let small = decrypt_into(envelope, &[&kek], &options, &mut plaintext[..9]);
    assert!(matches!(small, Err(Error::BufferTooSmall { needed: 10 })));
    let small = encrypt_into(b"tide table", &[&kek], &EncryptOptions::new(), &mut [0; 9]);
    assert!(matches!(small, Err(Error::BufferTooSmall { needed }) if needed == len));
}
