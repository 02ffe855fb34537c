//! Encryption contexts: from JavaScript's pairs to the core's canonical bytes.

use js_sys::Uint8Array;
use sealwax::{ContextRef, EncryptionContext};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::js_bytes::array;

/// The canonical bytes of `[key, value, key, value, ...]`.
#[wasm_bindgen(js_name = canonicalContext)]
pub fn canonical_context(strings: Vec<String>) -> Result<Uint8Array> {
    let pairs = strings.chunks_exact(2).filter_map(|pair| match pair {
        [key, value] => Some((key.as_str(), value.as_str())),
        _ => None,
    });
    let context = EncryptionContext::from_pairs(pairs).map_err(thrown)?;
    Ok(array(context.view().as_bytes()))
}

/// An owned context from canonical bytes.
pub(crate) fn from_canonical(canonical: &Uint8Array) -> Result<EncryptionContext> {
    let canonical = canonical.to_vec();
    Ok(ContextRef::from_canonical(&canonical).map_err(thrown)?.into())
}
