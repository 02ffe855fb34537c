//! Plain objects for JavaScript.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// The object that a structure describes. Its numbers are `f64` or of 32 bits at most, for which
/// nothing can fail.
pub(crate) fn object(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}
