//! What is meant to work: encrypt with the public half, decrypt with the secret one.

use sealwax::{
    DecryptOptions, EncryptOptions, EncryptionContext, HpkeIdentity, HpkeKem, HpkeRecipient,
    KeyProvider, LocalKek, RewrapMode, decrypt, encrypt, rewrap,
};

use crate::{fixed, identity};

fn context() -> EncryptionContext {
    EncryptionContext::from_pairs([("tenant", "acme")]).unwrap()
}

fn sealed(keys: &[&dyn KeyProvider]) -> Vec<u8> {
    encrypt(b"tide table", keys, &EncryptOptions::new().context(context())).unwrap()
}

fn opened(envelope: &[u8], keys: &[&dyn KeyProvider]) -> Vec<u8> {
    let options = DecryptOptions::new().required_context(context());
    decrypt(envelope, keys, &options).unwrap()
}

/// [K-12], [K-17]: through the text form, as people hand keys over.
#[test]
fn the_secret_half_reads_what_the_public_half_wrote() {
    for kem in HpkeKem::ALL {
        let identity = identity(*kem);
        let recipient: HpkeRecipient = identity.recipient().to_string().parse().unwrap();
        let envelope = sealed(&[&recipient]);
        let stored = format!("\u{feff}# inbox\r\n\r\n  {}  \r\n", *identity.to_text());
        assert!(HpkeIdentity::is_in(stored.as_bytes()) && !HpkeRecipient::is_in(stored.as_bytes()));
        let again = HpkeIdentity::from_file_content(stored.as_bytes()).unwrap();
        let public = format!("# inbox\n{recipient}\n");
        assert!(HpkeRecipient::is_in(public.as_bytes()) && !HpkeIdentity::is_in(public.as_bytes()));
        let same = HpkeRecipient::from_file_content(public.as_bytes()).unwrap();
        assert_eq!(same.key_id(), again.recipient().key_id());
        assert_eq!(opened(&envelope, &[&again]), b"tide table");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, stored.as_bytes()).unwrap();
        let read = HpkeIdentity::from_file(file.path()).unwrap();
        assert_eq!(opened(&envelope, &[&read]), b"tide table");
    }
}

#[test]
fn an_identity_wraps_too() {
    for kem in HpkeKem::ALL {
        let identity = identity(*kem);
        assert_eq!(opened(&sealed(&[&identity]), &[&identity]), b"tide table");
    }
}

#[test]
fn each_of_two_recipients_reads() {
    let (one, two) = (identity(HpkeKem::X25519), identity(HpkeKem::XWing));
    let envelope = sealed(&[one.recipient(), two.recipient()]);
    for key in [&one, &two] {
        assert_eq!(opened(&envelope, &[key]), b"tide table");
    }
    let header = sealwax::Header::split(&envelope).unwrap().0;
    let sizes: Vec<_> = header.wrapped_keys().map(|key| key.wrapped_dek.len()).collect();
    assert_eq!(sizes, [2 + 32 + 48, 2 + 1_120 + 48]);
}

/// [K-14]: a name instead of the fingerprint, on both sides.
#[test]
fn a_key_can_have_a_name() {
    let identity = identity(HpkeKem::X25519).with_key_id("inbox").unwrap();
    let recipient: HpkeRecipient = identity.recipient().to_string().parse().unwrap();
    assert!(recipient.key_id().starts_with("x25519:"));
    let envelope = sealed(&[&recipient.with_key_id("inbox").unwrap()]);
    assert_eq!(opened(&envelope, &[&identity]), b"tide table");
}

#[test]
fn a_public_key_can_be_added_to_an_old_object() {
    let (local, inbox) =
        (LocalKek::from_hex(&"5a".repeat(32), "k").unwrap(), fixed(HpkeKem::XWing, 1));
    let envelope = sealed(&[&local]);
    let added = rewrap(&envelope, &[&local], &[inbox.recipient()], RewrapMode::Add).unwrap();
    assert_eq!(opened(&added, &[&inbox]), b"tide table");
    assert_eq!(opened(&added, &[&local]), b"tide table");
    // A second time changes nothing: the public half is there.
    let again = rewrap(&added, &[&local], &[inbox.recipient()], RewrapMode::Add).unwrap();
    assert_eq!(again, added);
}
