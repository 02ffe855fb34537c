//! Lengths and offsets: JavaScript's numbers are exact up to 2^53 - 1, which no length of the
//! format exceeds.

use sealwax::Error;

use crate::Result;
use crate::error::thrown;

const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// A length for JavaScript.
#[allow(clippy::cast_precision_loss)] // below 2^53
pub(crate) fn number(value: u64) -> f64 {
    value as f64
}

/// A length or an index of JavaScript's.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::float_cmp)] // checked
pub(crate) fn integer(value: f64) -> Result<u64> {
    let whole = value as u64;
    if (0.0..=MAX_SAFE).contains(&value) && number(whole) == value {
        Ok(whole)
    } else {
        Err(thrown(Error::InvalidArgument("a length or an offset is not an integer from 0")))
    }
}
