//! Plain arrays for JavaScript. Objects with named fields would add 3 kB to the module.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// Converts a tuple or a list to an array. Its numbers are `f64` or have at most 32 bits, so the
/// conversion cannot fail.
pub(crate) fn js_array(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}
