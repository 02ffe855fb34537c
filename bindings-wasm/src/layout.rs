//! Where the bytes are: the core's arithmetic on lengths and offsets.

use alloc::vec::Vec;

use sealwax::chunked;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::error::thrown;
use crate::number::{integer, number};

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

/// `[first byte, end, index of the first chunk]` of the body's chunks that hold `start..end`.
#[wasm_bindgen(js_name = bodyRange)]
pub fn body_range(start: f64, end: f64, body_length: f64) -> Result<Vec<f64>> {
    let (start, end) = (integer(start)?, integer(end)?);
    let range = chunked::ciphertext_range(start..end, integer(body_length)?).map_err(thrown)?;
    Ok(alloc::vec![number(range.start), number(range.end), number(chunked::chunk_of(start).index)])
}

/// `[first byte, end, index]` of the last chunk, whose opening authenticates the length.
#[wasm_bindgen(js_name = lastChunk)]
pub fn last_chunk(body_length: f64) -> Result<Vec<f64>> {
    let (index, range) = chunked::last_chunk_range(integer(body_length)?).map_err(thrown)?;
    Ok(alloc::vec![number(range.start), number(range.end), number(index)])
}

/// `[index, offset]`: the chunk that holds a byte of plaintext, and where.
#[wasm_bindgen(js_name = chunkOf)]
pub fn chunk_of(offset: f64) -> Result<Vec<f64>> {
    let position = chunked::chunk_of(integer(offset)?);
    Ok(alloc::vec![number(position.index), number(position.offset as u64)])
}
