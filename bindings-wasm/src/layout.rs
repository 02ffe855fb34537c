//! Where the bytes are: the core's arithmetic on lengths and offsets.

use core::ops::Range;

use sealwax::KEY_LEN;
use sealwax::chunked::{self, CHUNK_LEN, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use sealwax::header::FIXED_LEN;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::number::{integer, number};
use crate::object::object;

/// The lengths of the format that TypeScript computes with, in bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lengths {
    chunk: f64,
    sealed_chunk: f64,
    prefix: f64,
    tag: f64,
    key: f64,
    /// The first bytes of a header, which say how long it is.
    start: f64,
}

/// `{chunk, sealedChunk, prefix, tag, key, start}`.
#[wasm_bindgen(js_name = formatLengths)]
pub fn format_lengths() -> JsValue {
    let len = |len: usize| number(len as u64);
    object(&Lengths {
        chunk: len(CHUNK_LEN),
        sealed_chunk: len(SEALED_CHUNK_LEN),
        prefix: len(PREFIX_LEN),
        tag: len(TAG_LEN),
        key: len(KEY_LEN),
        start: len(FIXED_LEN),
    })
}

/// Length of a body, from the length of its plaintext.
#[wasm_bindgen(js_name = bodyLength)]
pub fn body_length(plaintext_length: f64) -> Result<f64> {
    chunked::sealed_len(integer(plaintext_length)?).map(number).map_err(thrown)
}

/// Length of the plaintext, from the length of its body.
#[wasm_bindgen(js_name = plaintextLength)]
pub fn plaintext_length(body_length: f64) -> Result<f64> {
    chunked::plaintext_len(integer(body_length)?).map(number).map_err(thrown)
}

/// A run of chunks of a body.
#[derive(Serialize)]
struct Run {
    /// First byte.
    start: f64,
    end: f64,
    /// Index of the first chunk.
    index: f64,
}

impl Run {
    fn object(index: u64, Range { start, end }: Range<u64>) -> JsValue {
        object(&Run { start: number(start), end: number(end), index: number(index) })
    }
}

/// `{start, end, index}` of the body's chunks that hold `start..end` of the plaintext.
#[wasm_bindgen(js_name = bodyRange)]
pub fn body_range(start: f64, end: f64, body_length: f64) -> Result<JsValue> {
    let (start, end) = (integer(start)?, integer(end)?);
    let range = chunked::ciphertext_range(start..end, integer(body_length)?).map_err(thrown)?;
    Ok(Run::object(chunked::chunk_of(start).index, range))
}

/// The same of the last chunk, whose opening authenticates the length.
#[wasm_bindgen(js_name = lastChunk)]
pub fn last_chunk(body_length: f64) -> Result<JsValue> {
    let (index, range) = chunked::last_chunk_range(integer(body_length)?).map_err(thrown)?;
    Ok(Run::object(index, range))
}
