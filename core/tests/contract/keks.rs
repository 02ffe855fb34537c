//! Keys of the wrong size or form.

use sealwax::ErrorCode::{InvalidArgument, LimitExceeded};
use sealwax::{
    ContextRef, DecryptHandle, DecryptOptions, Dek, EncryptOptions, Header, Kek, LocalKek, SysRng,
    encrypt, generate_dek,
};

use crate::assert_error;
use crate::common::seed::Queue;

const NOT_A_KEY: &str = "invalid argument: a key is 32 bytes: raw, 64 hex digits, or base64";
const NOT_ONE_LINE: &str =
    "invalid argument: a key file has one line with a key, and comments behind #";
const TOO_LONG: &str = "invalid argument: a key file has 65,536 bytes at most";
const UTF_16: &str = "invalid argument: the key file is in UTF-16: save it as UTF-8";

/// [K-01]: 32 bytes, no more and no less.
#[test]
fn keys_of_another_size() {
    for len in [0, 1, 16, 31, 33, 64] {
        let bytes = vec![7; len];
        assert_error(
            Kek::from_slice(&bytes),
            InvalidArgument,
            "invalid argument: a KEK has 32 bytes",
        );
        assert_error(
            Dek::from_slice(&bytes),
            InvalidArgument,
            "invalid argument: a DEK has 32 bytes",
        );
        assert_error(LocalKek::from_file_content(&bytes, "a"), InvalidArgument, NOT_A_KEY);
    }
    assert!(Kek::from_slice(&[7; 32]).is_ok());
}

/// [K-01], [B-04], [B-05]: every byte of a key and of a salt comes from the generator.
#[test]
fn every_byte_is_drawn() {
    let drawn: Vec<u8> = (1..=32).collect();
    let rng = || Queue::new(drawn.clone());
    assert_eq!(Dek::generate(&mut rng()).unwrap().expose().as_slice(), drawn);
    assert_eq!(Kek::generate(&mut rng()).unwrap().expose().as_slice(), drawn);
    assert_eq!(Dek::from_slice(&drawn).unwrap().duplicate().expose().as_slice(), drawn);
    // Whoever makes the key, in 64 of them no byte is always the same one.
    let kek = LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "a").unwrap();
    let made = || generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng).unwrap();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for _ in 0..64 {
        let (dek, keys) = made();
        let envelope = encrypt(b"x", &[&kek], &EncryptOptions::new()).unwrap();
        let (header, body) = Header::split(&envelope).unwrap();
        let handle = DecryptHandle::open(header.as_bytes(), &[&kek], &DecryptOptions::new());
        let (handle, other) = (handle.unwrap(), Kek::generate(&mut SysRng).unwrap());
        let parts = [
            dek.expose().as_slice(),
            other.expose(),
            handle.dek().expose(),
            &body[..24],
            &keys[0].view().wrapped_dek[..24],
        ];
        seen.push(parts.concat());
    }
    for byte in 0..seen[0].len() {
        assert!(seen.iter().any(|one| one[byte] != seen[0][byte]), "byte {byte} never changes");
    }
}

/// 32 characters of text, such as the hex digits of 16 bytes, are not the bytes of a key.
#[test]
fn half_a_key_is_not_taken_for_a_whole_one() {
    const TOO_SHORT: &str = "invalid argument: 32 characters of text are no key of 32 bytes: that \
                             has 64 hex digits, or 43 of base64";
    let texts = ["0f".repeat(16), "0f".repeat(16) + "\n", format!("{}\n", "Z".repeat(31))];
    for text in texts.into_iter().chain(["correct horse battery staple 123".into()]) {
        assert_error(LocalKek::from_file_content(text.as_bytes(), "a"), InvalidArgument, TOO_SHORT);
    }
    let raw = [b"0f".repeat(15).as_slice(), &[0x80, b'0']].concat();
    assert!(LocalKek::from_file_content(&raw, "a").is_ok());
}

#[test]
fn keys_in_text() {
    let hex = "00ff".repeat(16);
    let base64 = "AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=";
    let same = |kek: LocalKek| {
        let dek = Dek::from_slice(&[9; 32]).unwrap();
        let mut rng = crate::common::seed::Queue::new([5; 24]);
        kek.wrap_with(&dek, sealwax::ContextRef::EMPTY, &mut rng).unwrap()
    };
    let expected = same(LocalKek::from_hex(&hex, "a").unwrap());
    let url = base64.replace('/', "_");
    let right = [
        LocalKek::from_hex(&hex.to_uppercase(), "a"),
        LocalKek::from_base64(base64, "a"),
        LocalKek::from_base64(base64.trim_end_matches('='), "a"),
        LocalKek::from_base64(&url, "a"),
        LocalKek::from_file_content(&[0, 255].repeat(16), "a"),
        LocalKek::from_file_content(format!("{hex}\n").as_bytes(), "a"),
        LocalKek::from_file_content(format!(" {base64}\r\n").as_bytes(), "a"),
    ];
    for kek in right {
        assert_eq!(same(kek.unwrap()), expected);
    }
    for bad in ["", "00", &hex[1..], &(hex.clone() + "00"), &hex.replace('f', "g"), base64] {
        assert_error(LocalKek::from_hex(bad, "a"), InvalidArgument, NOT_A_KEY);
    }
    // One byte less and more, unused bits, white space, other characters.
    for bad in [
        "",
        "AP8A",
        &base64[4..],
        &format!("AP8A{base64}"),
        &base64.replace("8=", "9="),
        &hex,
        "\n",
        "é",
    ] {
        assert_error(LocalKek::from_base64(bad, "a"), InvalidArgument, NOT_A_KEY);
        assert_error(
            LocalKek::from_file_content(bad.as_bytes(), "a")
                .map(|_| ())
                .and(LocalKek::from_base64(bad, "a")),
            InvalidArgument,
            NOT_A_KEY,
        );
    }
    assert_error(LocalKek::from_file_content(&[0xff; 43], "a"), InvalidArgument, NOT_A_KEY);
}

#[test]
fn key_files_as_people_edit_them() {
    let hex = "00ff".repeat(16);
    let key = LocalKek::from_hex(&hex, "a").unwrap();
    for content in [
        format!("\u{feff}{hex}\r\n"),
        format!("# made in 2026\n\n  {hex}\n# keep it safe\n"),
        "\u{feff}# made in 2026\r\nAP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=\r\n".to_owned(),
    ] {
        let read = LocalKek::from_file_content(content.as_bytes(), "a").unwrap();
        assert_eq!(read.kek().expose(), key.kek().expose());
    }
    for (content, message) in [
        (format!("{hex}\n{hex}\n").as_bytes(), NOT_ONE_LINE),
        (format!("é\n{hex}\n").as_bytes(), NOT_ONE_LINE),
        (b"# nothing else\n", NOT_A_KEY),
        (b"\xff\xfe0\x000\x00", UTF_16),
        (b"\xfe\xff\x000\x000", UTF_16),
        (vec![b'\n'; 65_537].as_slice(), TOO_LONG),
    ] {
        assert_error(LocalKek::from_file_content(content, "a"), InvalidArgument, message);
    }
}

#[test]
fn names_of_keys() {
    let hex = "07".repeat(32);
    assert_error(
        LocalKek::from_hex(&hex, ""),
        InvalidArgument,
        "invalid argument: a provider id, key id or wrapped DEK is empty",
    );
    assert_error(
        LocalKek::from_hex(&hex, "k".repeat(2_049)),
        LimitExceeded,
        "over the limit: a key id longer than 2,048 bytes",
    );
    assert_eq!(LocalKek::from_hex(&hex, "k".repeat(2_048)).unwrap().key_id().len(), 2_048);
}

#[test]
fn a_key_file_that_cannot_be_read() {
    let folder = std::env::temp_dir();
    for path in [folder.clone(), folder.join("sealwax-there-is-no-such-file")] {
        let error = LocalKek::from_file(path, "a").unwrap_err();
        assert_eq!(error.code(), sealwax::ErrorCode::Io);
        assert!(std::error::Error::source(&error).is_some());
    }
}

/// What has no end is not read to its end.
#[cfg(unix)]
#[test]
fn a_device_as_key_file() {
    assert_error(LocalKek::from_file("/dev/zero", "a"), InvalidArgument, TOO_LONG);
}
