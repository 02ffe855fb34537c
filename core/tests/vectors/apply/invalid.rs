//! `envelope_invalid.json`: each envelope is rejected with its code, and only the expected bytes
//! are released.

use std::collections::BTreeSet;

use sealwax::{
    DecryptHandle, DecryptOptions, Decryptor, Error, ErrorCode, Header, KeyProvider, Result,
};

use crate::common::drive::{CHUNK_BY_CHUNK, Outcome, SPLITS, decrypt_pieces};
use crate::common::schema::InvalidEnvelope;
use crate::common::seed::{sha512_hex, unhex};

use super::{context, load, parts, providers};

fn each(check: impl Fn(&InvalidEnvelope, &[&dyn KeyProvider], &DecryptOptions<'_>)) {
    for test in load::<InvalidEnvelope>("envelope_invalid.json") {
        assert_eq!(test.result, "invalid");
        println!("{} {}", test.tc_id, test.comment);
        let providers = providers(&test.reader.providers);
        let providers: Vec<&dyn KeyProvider> = providers.iter().map(AsRef::as_ref).collect();
        let associated_data = unhex(&test.reader.associated_data);
        let options = DecryptOptions::new()
            .associated_data(&associated_data)
            .required_context(context(&test.reader.required_context));
        check(&test, &providers, &options);
    }
}

fn assert_error(test: &InvalidEnvelope, error: &Error) {
    assert_eq!(error.code().as_str(), test.error.name, "{}", test.comment);
    assert_eq!(error.code().as_u16(), test.error.code);
    let chunk = if let Error::Authentication { chunk } = error { Some(*chunk) } else { None };
    assert_eq!(chunk, test.error.chunk);
}

/// Opens in memory: header, metadata where the vector asks for it, body.
fn open_at_once(
    test: &InvalidEnvelope,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<Vec<u8>> {
    let (detached, rest) = parts(&test.reader.object);
    let (header, body) = if let Some(header) = &detached {
        (Header::parse(header)?.as_bytes(), rest.as_slice())
    } else {
        let (header, body) = Header::split(&rest)?;
        (header.as_bytes(), body)
    };
    let handle = DecryptHandle::open(header, providers, options)?;
    if test.open_metadata {
        handle.metadata()?;
    }
    handle.decrypt_body(body, &unhex(&test.reader.associated_data))
}

#[test]
fn invalid_envelopes_are_refused_at_once() {
    each(|test, providers, options| {
        let error = open_at_once(test, providers, options).unwrap_err();
        assert_error(test, &error);
    });
}

fn open_in_pieces(
    test: &InvalidEnvelope,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    split: (usize, usize),
) -> Outcome {
    let (detached, input) = parts(&test.reader.object);
    let decryptor = match detached {
        None => Decryptor::new(options),
        Some(header) => match Decryptor::with_header(&header, options) {
            Ok(decryptor) => decryptor,
            Err(error) => return Outcome { released: Vec::new(), result: Err(error) },
        },
    };
    decrypt_pieces(decryptor, &input, providers, split)
}

/// Metadata is opened before the body, in the state after the key was accepted.
fn open_metadata(test: &InvalidEnvelope, providers: &[&dyn KeyProvider]) -> Result<()> {
    let (_, input) = parts(&test.reader.object);
    let mut decryptor = Decryptor::new(&DecryptOptions::new());
    decryptor.process(&input, &mut [])?;
    decryptor.unwrap_with(providers)?;
    decryptor.metadata().map(drop)
}

#[test]
fn invalid_envelopes_are_refused_in_pieces() {
    each(|test, providers, options| {
        if test.open_metadata {
            assert_error(test, &open_metadata(test, providers).unwrap_err());
            // The body is right: who does not ask for the metadata can read it.
            open_in_pieces(test, providers, options, CHUNK_BY_CHUNK).result.unwrap();
            return;
        }
        for split in SPLITS {
            let outcome = open_in_pieces(test, providers, options, split);
            assert_error(test, &outcome.result.unwrap_err());
            assert!(outcome.released.len() <= test.released.length);
        }
        let outcome = open_in_pieces(test, providers, options, CHUNK_BY_CHUNK);
        assert_eq!(outcome.released.len(), test.released.length);
        assert_eq!(sha512_hex(&outcome.released), test.released.sha512);
    });
}

/// Every code of the format, key and body classes is the outcome of at least one vector.
#[test]
fn invalid_envelopes_cover_every_code() {
    let tests = load::<InvalidEnvelope>("envelope_invalid.json");
    let found: BTreeSet<u16> = tests.iter().map(|test| test.error.code).collect();
    let wanted: BTreeSet<u16> = ErrorCode::ALL
        .iter()
        .filter(|code| ["format", "key", "body"].contains(&code.class()))
        .map(|code| code.as_u16())
        .collect();
    assert_eq!(found, wanted);
}
