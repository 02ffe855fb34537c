//! The prefix of the text form. The host does the base64: the crate's own would add 7 kB.

use wasm_bindgen::prelude::wasm_bindgen;

/// What every text form starts with.
#[wasm_bindgen(js_name = textPrefix)]
pub fn text_prefix() -> String {
    sealwax::TEXT_PREFIX.to_owned()
}
