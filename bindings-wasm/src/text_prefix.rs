//! The prefix of the text form. The host encodes base64, because a Rust crate would add 7 kB.

use wasm_bindgen::prelude::wasm_bindgen;

/// The prefix of every text form.
#[wasm_bindgen(js_name = textPrefix)]
pub fn text_prefix() -> String {
    sealwax::TEXT_PREFIX.to_owned()
}
