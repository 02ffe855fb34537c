//! Conversions from numbers and names to codes.

use core::str::FromStr;

use super::{Error, ErrorCode, Result};

/// From the stable number.
impl TryFrom<u16> for ErrorCode {
    type Error = Error;

    fn try_from(number: u16) -> Result<Self> {
        let found = ErrorCode::ALL.iter().find(|code| code.as_u16() == number);
        found.copied().ok_or(Error::InvalidArgument("no error code has this number"))
    }
}

/// From the stable name.
impl FromStr for ErrorCode {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = ErrorCode::ALL.iter().find(|code| code.as_str() == name);
        found.copied().ok_or(Error::InvalidArgument("no error code has this name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back_to_their_codes_and_nothing_else_does() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::try_from(code.as_u16()).unwrap(), *code);
            assert_eq!(code.as_str().parse::<ErrorCode>().unwrap(), *code);
        }
        for number in [0, 6, 19, 46, 85, u16::MAX] {
            assert!(matches!(ErrorCode::try_from(number), Err(Error::InvalidArgument(_))));
        }
        for name in ["", "io ", "Io", "unknown"] {
            assert!(matches!(name.parse::<ErrorCode>(), Err(Error::InvalidArgument(_))));
        }
    }
}
