//! The numbers of the format that TypeScript computes with, and the codes of errors.

use js_sys::Array;
use sealwax::chunked::{CHUNK_LEN, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use sealwax::header::FIXED_LEN;
use sealwax::{ErrorCode, KEY_LEN};
use wasm_bindgen::prelude::wasm_bindgen;

/// `[chunk, sealed chunk, prefix, tag, key, start of a header]`, in bytes.
#[wasm_bindgen(js_name = formatLengths)]
pub fn format_lengths() -> Array {
    let lengths = [CHUNK_LEN, SEALED_CHUNK_LEN, PREFIX_LEN, TAG_LEN, KEY_LEN, FIXED_LEN];
    lengths
        .into_iter()
        .map(|len| crate::number::number(len as u64))
        .map(wasm_bindgen::JsValue::from)
        .collect()
}

/// Every code as `[number, name, class]`.
#[wasm_bindgen(js_name = errorCodes)]
pub fn error_codes() -> Array {
    ErrorCode::ALL
        .iter()
        .map(|code| Array::of3(&code.as_u16().into(), &code.as_str().into(), &code.class().into()))
        .collect()
}
