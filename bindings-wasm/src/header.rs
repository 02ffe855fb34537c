//! Parsing headers, without a key.

use js_sys::Uint8Array;
use sealwax::{Error, Header, WrappedKey, WrappedKeyRef};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::js_array::js_array;
use crate::js_bytes::array;
use crate::js_number::to_number;

/// Length of the header that begins with `start`; undefined for too few bytes.
#[wasm_bindgen(js_name = announcedLength)]
pub fn announced_length(start: &Uint8Array) -> Result<Option<f64>> {
    let len = Header::announced_len(&start.to_vec()).map_err(thrown)?;
    Ok(len.map(|len| to_number(len as u64)))
}

/// The parts of a header: suite, size of the padding, size of the sealed metadata, context, its
/// canonical form, wrapped keys.
#[derive(Serialize)]
struct HeaderParts<'a>(
    u16,
    f64,
    f64,
    Vec<(&'a str, &'a str)>,
    #[serde(with = "serde_wasm_bindgen::preserve")] Uint8Array,
    Vec<KeyParts<'a>>,
);

/// A wrapped key: provider id, key id, wrapped DEK.
#[derive(Serialize)]
struct KeyParts<'a>(&'a str, &'a str, #[serde(with = "serde_wasm_bindgen::preserve")] Uint8Array);

/// Parses a header without a body; nothing in it is authenticated. Fails unless its context has
/// every required pair.
#[wasm_bindgen(js_name = parseHeader)]
pub fn parse_header(header: &Uint8Array, required: Option<Uint8Array>) -> Result<JsValue> {
    let bytes = header.to_vec();
    let header = Header::parse(&bytes).map_err(thrown)?;
    if let Some(required) = required {
        let required = crate::context::from_canonical(&required)?;
        header.context().require(required.view()).map_err(thrown)?;
    }
    Ok(js_array(&HeaderParts(
        header.suite(),
        to_number(header.padding_len() as u64),
        to_number(header.sealed_metadata().len() as u64),
        header.context().iter().collect(),
        array(header.context().as_bytes()),
        header.wrapped_keys().map(KeyParts::from).collect(),
    )))
}

impl<'a> From<WrappedKeyRef<'a>> for KeyParts<'a> {
    fn from(key: WrappedKeyRef<'a>) -> Self {
        KeyParts(key.provider_id, key.key_id, array(key.wrapped_dek))
    }
}

/// Fails unless a header could store this wrapped key.
#[wasm_bindgen(js_name = checkWrappedKey)]
pub fn check_wrapped_key(names: Vec<String>, wrapped_dek: Uint8Array) -> Result<()> {
    wrapped_keys(names, vec![wrapped_dek]).map(drop)
}

/// The wrapped keys that providers returned: `[provider id, key id, ...]`, and a wrapped DEK for
/// each pair of names.
pub(crate) fn wrapped_keys(names: Vec<String>, deks: Vec<Uint8Array>) -> Result<Vec<WrappedKey>> {
    let mut names = names.into_iter();
    deks.into_iter()
        .map(|dek| {
            let (provider_id, key_id) =
                (names.next().unwrap_or_default(), names.next().unwrap_or_default());
            WrappedKey::new(provider_id, key_id, dek.to_vec()).map_err(thrown)
        })
        .collect()
}

/// The error for an unknown padding.
pub(crate) const BAD_PADDING: Error =
    Error::InvalidArgument("padding is \"auto\", \"none\", \"page\" or a length");
