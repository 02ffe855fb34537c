//! Lengths and offsets for JavaScript.

/// Converts a length to a JavaScript number, which is exact up to 2^53 - 1. No length of the format
/// is greater.
#[allow(clippy::cast_precision_loss)] // below 2^53
pub(crate) fn to_number(value: u64) -> f64 {
    value as f64
}
