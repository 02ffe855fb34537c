//! Bytes from and to JavaScript. Every copy of a secret is wiped.

use js_sys::Uint8Array;
use zeroize::Zeroizing;

/// Copies an array of any kind of view, its offset respected, into memory that is wiped.
pub(crate) fn secret(array: &Uint8Array) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(array.to_vec())
}

/// The bytes of an argument that may be missing; missing and empty are the same.
pub(crate) fn optional(array: Option<&Uint8Array>) -> Vec<u8> {
    array.map(Uint8Array::to_vec).unwrap_or_default()
}

/// A new array of JavaScript's.
pub(crate) fn array(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}
