//! Bytes from and to JavaScript. Every copy of a secret is wiped.

use js_sys::Uint8Array;
use zeroize::Zeroizing;

/// Copies a view of any type, from its own offset, into memory that is wiped.
pub(crate) fn secret(array: &Uint8Array) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(array.to_vec())
}

/// The bytes of an optional argument; a missing one is empty.
pub(crate) fn optional(array: Option<&Uint8Array>) -> Vec<u8> {
    array.map(Uint8Array::to_vec).unwrap_or_default()
}

/// Copies bytes to a new JavaScript array.
pub(crate) fn array(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}
