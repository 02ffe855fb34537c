//! The text form, whose base64 is the host's: that of the crate would be 7 kB of the module.

use wasm_bindgen::prelude::wasm_bindgen;

/// What every text form starts with.
#[wasm_bindgen(js_name = textPrefix)]
pub fn text_prefix() -> String {
    sealwax::TEXT_PREFIX.to_owned()
}
