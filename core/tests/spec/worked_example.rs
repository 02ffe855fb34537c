//! Section 14 of FORMAT.md, byte for byte, through the public API.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sealwax::chunked::{KeySchedule, Prefix};
use sealwax::{
    DecryptHandle, DecryptOptions, Dek, EncryptHandle, EncryptOptions, EncryptionContext, Header,
    Kek, LocalKek, Padding, decrypt, from_text, to_text,
};
use sha2::{Digest, Sha512};

use crate::common::raw;
use crate::common::seed::{Queue, unhex};

/// The fenced blocks by label, and which of them were used.
struct Blocks {
    blocks: BTreeMap<String, String>,
    used: RefCell<BTreeSet<String>>,
}

impl Blocks {
    /// Blocks that open with `` ```hex label `` or `` ```text label ``, without line ends.
    fn read() -> Self {
        let text = crate::format_md();
        let (mut blocks, mut open) = (BTreeMap::new(), None);
        for line in text.lines() {
            let label = line.strip_prefix("```hex ").or_else(|| line.strip_prefix("```text "));
            match (label, &open) {
                (Some(label), _) => {
                    open = Some(label.to_owned());
                    let old = blocks.insert(label.to_owned(), String::new());
                    assert!(old.is_none(), "{label} twice");
                }
                (None, Some(_)) if line == "```" => open = None,
                (None, Some(label)) => blocks.get_mut(label).unwrap().push_str(line),
                (None, None) => {}
            }
        }
        Blocks { blocks, used: RefCell::default() }
    }

    fn text(&self, label: &str) -> &str {
        self.used.borrow_mut().insert(label.to_owned());
        self.blocks.get(label).unwrap_or_else(|| panic!("no block {label}"))
    }

    fn bytes(&self, label: &str) -> Vec<u8> {
        unhex(self.text(label))
    }

    fn array<const N: usize>(&self, label: &str) -> [u8; N] {
        self.bytes(label).try_into().unwrap()
    }

    fn string(&self, label: &str) -> String {
        String::from_utf8(self.bytes(label)).unwrap()
    }

    fn dek(&self) -> Dek {
        Dek::from_slice(&self.bytes("dek")).unwrap()
    }

    fn local_kek(&self) -> LocalKek {
        LocalKek::new(Kek::from_slice(&self.bytes("kek")).unwrap(), self.string("key-id")).unwrap()
    }

    fn context(&self) -> EncryptionContext {
        let pair = (self.string("context-key"), self.string("context-value"));
        EncryptionContext::from_pairs([pair]).unwrap()
    }

    fn assert(&self, label: &str, found: &[u8]) {
        assert_eq!(crate::common::seed::hex(found), self.text(label), "{label}");
    }
}

/// [B-04], [B-06], [B-07], [B-12], [K-09]: keys, nonce and commitment of one of the three messages.
fn assert_schedule(blocks: &Blocks, name: &str, input_key: &str, salt: &str, context: &[u8]) {
    let salt = blocks.array(salt);
    let schedule = KeySchedule::derive(&blocks.bytes(input_key), &salt, &[context]).unwrap();
    blocks.assert(&format!("{name}-key"), schedule.expose_key());
    blocks.assert(&format!("{name}-base-nonce"), schedule.base_nonce());
    blocks.assert(&format!("{name}-commitment"), schedule.commitment());
}

fn assert_schedules(blocks: &Blocks, header: &Header<'_>) {
    let associated_data = blocks.bytes("associated-data");
    blocks.assert("metadata-context", b"sealwax/v1 metadata");
    assert_schedule(blocks, "metadata", "dek", "metadata-salt", b"sealwax/v1 metadata");
    let wrap =
        raw::local_wrap_context(&blocks.string("key-id"), blocks.context().view().as_bytes());
    blocks.assert("local-wrap-context", &wrap);
    assert_schedule(blocks, "local-wrap", "kek", "wrap-salt", &wrap);
    let body = header.body_context(&associated_data);
    blocks.assert("body-context", &body);
    assert_schedule(blocks, "body", "dek", "body-salt", &body);
    let bound = [b"SEALWAX\x01".as_slice(), &blocks.bytes("binding-part")].concat();
    blocks.assert("binding-hash", &Sha512::digest(bound));
    blocks.assert("associated-data-hash", &Sha512::digest(&associated_data));
}

/// [H-16]: the header, its parts and its MAC.
fn assert_header(blocks: &Blocks, header: &Header<'_>) {
    let bytes = header.as_bytes();
    blocks.assert("header", bytes);
    let (binding, keys) = (blocks.bytes("binding-part"), blocks.bytes("key-part"));
    assert_eq!(bytes[12..12 + binding.len()], binding);
    assert_eq!(bytes[12 + binding.len()..bytes.len() - 32], keys);
    blocks.assert("canonical-context", header.context().as_bytes());
    blocks.assert("sealed-metadata", header.sealed_metadata());
    let key = header.wrapped_keys().next().unwrap();
    assert_eq!(key.provider_id, blocks.string("provider-id"));
    assert_eq!(key.key_id, blocks.string("key-id"));
    let (mac_key, full) = raw::header_mac_full(&blocks.array("dek"), &bytes[..bytes.len() - 32]);
    blocks.assert("header-mac-key", &mac_key);
    blocks.assert("header-mac-full", &full);
    assert_eq!(bytes[bytes.len() - 32..], full[..32]);
    header.verify(&blocks.dek()).unwrap();
}

fn encrypt(blocks: &Blocks) -> Vec<u8> {
    let (kek, dek, context) = (blocks.local_kek(), blocks.dek(), blocks.context());
    let mut rng = Queue::new(blocks.bytes("wrap-salt"));
    let wrapped = kek.wrap_with(&dek, context.view(), &mut rng).unwrap();
    blocks.assert("wrapped-dek", wrapped.view().wrapped_dek);
    let metadata = blocks.bytes("metadata");
    let options = EncryptOptions::new().context(context).metadata(&metadata).padding(Padding::None);
    let salts = [blocks.bytes("metadata-salt"), blocks.bytes("body-salt")].concat();
    let mut rng = Queue::new(salts);
    let handle = EncryptHandle::new(&dek, &[wrapped], &options, &mut rng).unwrap();
    let associated_data = blocks.bytes("associated-data");
    handle.encrypt(&blocks.bytes("plaintext"), &associated_data, &mut rng).unwrap()
}

#[test]
fn the_worked_example_is_what_the_library_makes() {
    let blocks = Blocks::read();
    let envelope = encrypt(&blocks);
    blocks.assert("envelope", &envelope);
    let (header, body) = Header::split(&envelope).unwrap();
    assert_header(&blocks, &header);
    assert_schedules(&blocks, &header);
    blocks.assert("body", body);
    assert_eq!(to_text(&envelope), blocks.text("text-form"));
    let unused: Vec<&String> =
        blocks.blocks.keys().filter(|label| !blocks.used.borrow().contains(*label)).collect();
    assert!(unused.is_empty(), "blocks that nothing checks: {unused:?}");
}

#[test]
fn the_worked_example_opens() {
    let blocks = Blocks::read();
    let envelope = from_text(blocks.text("text-form")).unwrap();
    let (kek, data) = (blocks.local_kek(), blocks.bytes("associated-data"));
    let options = DecryptOptions::new().associated_data(&data).required_context(blocks.context());
    assert_eq!(decrypt(&envelope, &[&kek], &options).unwrap(), blocks.bytes("plaintext"));
    let handle = DecryptHandle::open(&blocks.bytes("header"), &[&kek], &options).unwrap();
    assert_eq!(handle.metadata().unwrap().unwrap().as_slice(), blocks.bytes("metadata"));
    let (prefix, _) = Prefix::split(&blocks.bytes("body")).unwrap();
    handle.body_schedule(&prefix, &data).unwrap();
    assert_eq!(handle.dek().expose().as_slice(), blocks.bytes("dek"));
}
