//! Plain arrays for JavaScript. Objects with named fields would add 3 kB of tables to the module.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// The array that a tuple or a list describes. Its numbers are `f64` or of 32 bits at most, for
/// which nothing can fail.
pub(crate) fn js_array(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}
