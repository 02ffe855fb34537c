//! Lengths and offsets from JavaScript, whose numbers need not be integers.

use sealwax::Error;

use crate::Result;
use crate::error::thrown;
use crate::js_number::to_number;

const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// A length or an index from JavaScript.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::float_cmp)] // checked
pub(crate) fn from_number(value: f64) -> Result<u64> {
    let whole = value as u64;
    if (0.0..=MAX_SAFE).contains(&value) && to_number(whole) == value {
        Ok(whole)
    } else {
        Err(thrown(Error::InvalidArgument("a length or an offset is not an integer from 0")))
    }
}
