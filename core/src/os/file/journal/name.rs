//! The name of a journal.

use std::ffi::{OsStr, OsString};

use base16ct::HexDisplay;

use crate::crypto::kdf::sha512;

const SUFFIX: &str = ".sealwax-journal";
/// The longest file name that file systems accept, in bytes.
const MOST_LEN: usize = 255;
/// Length of the hash that distinguishes long names, in bytes.
const HASH_LEN: usize = 8;

/// The name of the journal of an object. Source: FORMAT.md, R-06.
pub(in super::super) fn name_of(object: &OsStr) -> OsString {
    let bytes = object.as_encoded_bytes();
    if bytes.len() + SUFFIX.len() <= MOST_LEN {
        let mut name = object.to_owned();
        name.push(SUFFIX);
        return name;
    }
    let hash = sha512(&[bytes]);
    let short = hash.get(..HASH_LEN).unwrap_or_default();
    OsString::from(format!(".{:x}{SUFFIX}", HexDisplay(short)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_too_long_and_tells_objects_apart() {
        assert_eq!(name_of(OsStr::new("tides.sealwax")), "tides.sealwax.sealwax-journal");
        let fits = "é".repeat(119) + "x";
        assert_eq!(name_of(OsStr::new(&fits)).to_str().unwrap(), fits + SUFFIX);
        let (long, other) = ("é".repeat(120), "é".repeat(121));
        assert_eq!(name_of(OsStr::new(&long)), ".145feb859e7ed3e8.sealwax-journal");
        assert_ne!(name_of(OsStr::new(&long)), name_of(OsStr::new(&other)));
    }
}
