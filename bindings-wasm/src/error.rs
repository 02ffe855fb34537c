//! Conversion of the core's errors for JavaScript.

use js_sys::Array;
use sealwax::Error;
use wasm_bindgen::JsValue;

use crate::js_number::to_number;

/// `[code, text, detail]`. The text is the core's message without the name of the code. The detail
/// is the number that the error carries, or the pair that differs: `[key, wanted, found]`. Nothing
/// is formatted here, because formatting would add kilobytes to the module.
pub(crate) fn thrown(error: Error) -> JsValue {
    let text = match &error {
        Error::InvalidArgument(text)
        | Error::InvalidState(text)
        | Error::Malformed(text)
        | Error::LimitExceeded(text) => text,
        _ => "",
    };
    let detail = match &error {
        Error::Authentication { chunk } => to_number(*chunk).into(),
        Error::BufferTooSmall { needed } => to_number(*needed as u64).into(),
        Error::UnsupportedVersion(version) => JsValue::from(*version),
        Error::UnsupportedSuite(suite) => JsValue::from(*suite),
        Error::ContextMismatch(pair) => {
            Array::of3(&pair.key().into(), &pair.wanted().into(), &pair.found().into()).into()
        }
        _ => JsValue::UNDEFINED,
    };
    Array::of3(&error.code().as_u16().into(), &text.into(), &detail).into()
}
