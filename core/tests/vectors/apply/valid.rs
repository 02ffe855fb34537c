//! `envelope_valid.json`: opened in every way, and reproduced byte for byte.

use sealwax::range::RangeOpener;
use sealwax::{
    DecryptHandle, DecryptOptions, Decryptor, EncryptHandle, EncryptOptions, Encryptor, Header,
    KeyProvider, Padding, WrappedKey, decrypt,
};

use crate::common::drive::{SPLITS, decrypt_pieces, encrypt_pieces};
use crate::common::schema::ValidEnvelope;
use crate::common::seed::{Queue, pattern, sha512_hex, unhex};

use super::{context, dek, from_base64, load, local_kek, parts, providers, wrapped_keys};

/// A vector with everything decoded.
struct Vector {
    test: ValidEnvelope,
    providers: Vec<Box<dyn KeyProvider>>,
    header: Vec<u8>,
    body: Vec<u8>,
    detached: bool,
    plaintext: Vec<u8>,
    metadata: Option<Vec<u8>>,
    associated_data: Vec<u8>,
}

impl Vector {
    fn new(test: ValidEnvelope) -> Self {
        let (header, mut body) = parts(&test.reader.object);
        let detached = header.is_some();
        let header = header.unwrap_or_else(|| {
            let rest = body.split_off(test.header_len);
            std::mem::replace(&mut body, rest)
        });
        let plaintext = pattern(test.plaintext.length, test.plaintext.seed);
        assert_eq!(sha512_hex(&plaintext), test.plaintext.sha512);
        let metadata = test.metadata.as_ref().map(|text| pattern(text.length, text.seed));
        Vector {
            providers: providers(&test.reader.providers),
            associated_data: unhex(&test.reader.associated_data),
            header,
            body,
            detached,
            plaintext,
            metadata,
            test,
        }
    }

    fn providers(&self) -> Vec<&dyn KeyProvider> {
        self.providers.iter().map(AsRef::as_ref).collect()
    }

    fn options(&self) -> DecryptOptions<'_> {
        DecryptOptions::new()
            .associated_data(&self.associated_data)
            .required_context(context(&self.test.reader.required_context))
    }

    fn handle(&self) -> DecryptHandle {
        DecryptHandle::open(&self.header, &self.providers(), &self.options()).unwrap()
    }

    fn encrypt_options(&self) -> EncryptOptions<'_> {
        let options = EncryptOptions::new()
            .context(context(&self.test.context))
            .associated_data(&self.associated_data)
            .padding(Padding::Exact(self.test.header_len));
        match &self.metadata {
            Some(metadata) => options.metadata(metadata),
            None => options,
        }
    }

    /// The random bytes that the core draws, in its order.
    fn rng(&self) -> Queue {
        let salts = [&self.test.encrypt.metadata_salt, &Some(self.test.encrypt.body_salt.clone())];
        Queue::new(salts.into_iter().flatten().flat_map(|salt| unhex(salt)))
    }
}

fn each(check: impl Fn(&Vector)) {
    for test in load::<ValidEnvelope>("envelope_valid.json") {
        assert_eq!(test.result, "valid");
        println!("{} {}", test.tc_id, test.comment);
        check(&Vector::new(test));
    }
}

#[test]
fn valid_envelopes_open_at_once() {
    each(|vector| {
        assert_eq!(
            vector.handle().decrypt_body(&vector.body, &vector.associated_data).unwrap(),
            vector.plaintext
        );
        if !vector.detached {
            let envelope = [vector.header.as_slice(), &vector.body].concat();
            let plaintext = decrypt(&envelope, &vector.providers(), &vector.options()).unwrap();
            assert_eq!(plaintext, vector.plaintext);
        }
    });
}

#[test]
fn valid_envelopes_open_in_pieces() {
    each(|vector| {
        for split in SPLITS {
            let (decryptor, input) = if vector.detached {
                let decryptor = Decryptor::with_header(&vector.header, &vector.options()).unwrap();
                (decryptor, vector.body.clone())
            } else {
                let envelope = [vector.header.as_slice(), &vector.body].concat();
                (Decryptor::new(&vector.options()), envelope)
            };
            let outcome = decrypt_pieces(decryptor, &input, &vector.providers(), split);
            assert_eq!(outcome.released, vector.plaintext);
            outcome.result.unwrap();
        }
    });
}

#[test]
fn valid_envelopes_open_by_ranges() {
    each(|vector| {
        let body_len = vector.body.len() as u64;
        let [prefix, last] = RangeOpener::opening_ranges(body_len).unwrap();
        let bytes = |range: std::ops::Range<u64>| {
            &vector.body[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
        };
        let prefix = bytes(prefix).try_into().unwrap();
        let opener = RangeOpener::new(
            &vector.handle(),
            &vector.associated_data,
            body_len,
            prefix,
            bytes(last),
        )
        .unwrap();
        assert_eq!(opener.plaintext_len(), vector.plaintext.len() as u64);
        let len = vector.plaintext.len();
        for (start, end) in
            [(0, len), (len / 2, len), (len / 3, len / 2), (len, len), (0, len.min(1))]
        {
            let sealed = bytes(opener.body_range(start as u64..end as u64).unwrap());
            let mut out = vec![0xaa; end - start];
            opener.open_range(start as u64, sealed, &mut out).unwrap();
            assert_eq!(out, vector.plaintext[start..end]);
        }
    });
}

/// [H-03], [L-03]: among them are headers at every limit.
#[test]
fn valid_headers_show_what_they_hold() {
    each(|vector| {
        let header = Header::parse(&vector.header).unwrap();
        assert_eq!(header.header_len(), vector.test.header_len);
        assert_eq!(header.padding_len(), vector.test.padding_len);
        assert_eq!(header.context(), context(&vector.test.context).view());
        let keys: Vec<WrappedKey> = header.wrapped_keys().map(WrappedKey::from).collect();
        assert_eq!(keys, wrapped_keys(&vector.test.wrapped_keys));
        let metadata = vector.handle().metadata().unwrap();
        assert_eq!(metadata.as_deref(), vector.metadata.as_ref());
    });
}

#[test]
fn valid_envelopes_are_made_again_at_once() {
    each(|vector| {
        let (dek, mut rng) = (dek(&vector.test.encrypt.dek), vector.rng());
        let keys = wrapped_keys(&vector.test.wrapped_keys);
        let options = vector.encrypt_options();
        let handle = EncryptHandle::new(&dek, &keys, &options, &mut rng).unwrap();
        assert_eq!(handle.header(), vector.header);
        let mut body = vec![0; vector.body.len()];
        let written = handle
            .encrypt_body_into(&vector.plaintext, &vector.associated_data, &mut body, &mut rng)
            .unwrap();
        assert_eq!(written, body.len());
        assert!(body == vector.body);
        assert!(rng.is_used_up());
    });
}

#[test]
fn valid_envelopes_are_made_again_in_pieces() {
    each(|vector| {
        for split in SPLITS {
            let (dek, mut rng) = (dek(&vector.test.encrypt.dek), vector.rng());
            let options = vector.encrypt_options();
            let mut encryptor = Encryptor::new(&dek, &options, &mut rng).unwrap();
            for key in wrapped_keys(&vector.test.wrapped_keys) {
                encryptor.add_wrapped_key(key).unwrap();
            }
            let mut expected = vector.body.clone();
            if vector.detached {
                assert_eq!(encryptor.detach_header().unwrap(), vector.header);
            } else {
                expected.splice(..0, vector.header.iter().copied());
            }
            assert!(encrypt_pieces(encryptor, &vector.plaintext, split) == expected);
        }
    });
}

#[test]
fn valid_wrapped_keys_are_made_again() {
    let mut count = 0;
    each(|vector| {
        let dek = dek(&vector.test.encrypt.dek);
        for key in &vector.test.wrapped_keys {
            let Some(local) = &key.local else { continue };
            let mut rng = Queue::new(unhex(&local.salt));
            let kek = local_kek(&local.kek, &key.key_id);
            let made = kek.wrap_with(&dek, context(&vector.test.context).view(), &mut rng).unwrap();
            assert_eq!(made.view().wrapped_dek, from_base64(&key.wrapped_dek));
        }
    });
    for test in load::<ValidEnvelope>("envelope_valid.json") {
        count += test.wrapped_keys.iter().filter(|key| key.local.is_some()).count();
    }
    assert!(count > 100, "{count} local wrapped keys");
}
