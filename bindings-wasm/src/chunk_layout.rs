//! Offsets and lengths of chunks in a body, computed by the core.

use core::ops::Range;

use sealwax::KEY_LEN;
use sealwax::chunked::{self, CHUNK_LEN, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use sealwax::header::FIXED_LEN;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::js_array::js_array;
use crate::js_number::to_number;
use crate::safe_integer::from_number;

/// The lengths of the format that the TypeScript needs, in bytes: a chunk, a sealed chunk, the
/// prefix, a tag, a key, and the start of a header that tells its length.
#[wasm_bindgen(js_name = formatLengths)]
pub fn format_lengths() -> JsValue {
    let lengths = [CHUNK_LEN, SEALED_CHUNK_LEN, PREFIX_LEN, TAG_LEN, KEY_LEN, FIXED_LEN];
    js_array(&lengths.map(|len| to_number(len as u64)))
}

/// Length of a body, from the length of its plaintext.
#[wasm_bindgen(js_name = bodyLength)]
pub fn body_length(plaintext_length: f64) -> Result<f64> {
    chunked::sealed_len(from_number(plaintext_length)?).map(to_number).map_err(thrown)
}

/// Length of the plaintext, from the length of its body.
#[wasm_bindgen(js_name = plaintextLength)]
pub fn plaintext_length(body_length: f64) -> Result<f64> {
    chunked::plaintext_len(from_number(body_length)?).map(to_number).map_err(thrown)
}

/// The byte range of a run of chunks in a body, and the index of the first.
fn run(index: u64, Range { start, end }: Range<u64>) -> JsValue {
    js_array(&[start, end, index].map(to_number))
}

/// `[start, end, index]` of the body's chunks that hold `start..end` of the plaintext.
#[wasm_bindgen(js_name = bodyRange)]
pub fn body_range(start: f64, end: f64, body_length: f64) -> Result<JsValue> {
    let (start, end) = (from_number(start)?, from_number(end)?);
    let range = chunked::ciphertext_range(start..end, from_number(body_length)?).map_err(thrown)?;
    Ok(run(chunked::chunk_of(start).index, range))
}

/// The same for the last chunk. Opening it authenticates the length.
#[wasm_bindgen(js_name = lastChunk)]
pub fn last_chunk(body_length: f64) -> Result<JsValue> {
    let (index, range) = chunked::last_chunk_range(from_number(body_length)?).map_err(thrown)?;
    Ok(run(index, range))
}
