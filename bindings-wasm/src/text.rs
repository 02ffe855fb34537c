//! The text form.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::bytes::array;
use crate::error::thrown;

/// The text form of an envelope or a header.
#[wasm_bindgen(js_name = toText)]
pub fn to_text(bytes: &Uint8Array) -> String {
    sealwax::to_text(&bytes.to_vec())
}

/// The bytes of a text form.
#[wasm_bindgen(js_name = fromText)]
pub fn from_text(text: &str) -> Result<Uint8Array> {
    sealwax::from_text(text).map(|bytes| array(&bytes)).map_err(thrown)
}
