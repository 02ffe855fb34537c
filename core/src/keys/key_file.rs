//! Parsing of key files, whether a program wrote them or a person edited them.

use zeroize::Zeroizing;

use crate::crypto::secret_key::{KEY_LEN, Kek};
use crate::error::{Error, Result};

const HEX_LEN: usize = 2 * KEY_LEN;

/// Longest key file, comments included, in bytes.
pub(super) const MAX_LEN: usize = 1 << 16;

const NOT_A_KEY: Error = Error::InvalidArgument("a key is 32 bytes: raw, 64 hex digits, or base64");
const TOO_SHORT: Error = Error::InvalidArgument(
    "32 characters of text are no key of 32 bytes: that has 64 hex digits, or 43 of base64",
);
const NOT_ONE_LINE: Error =
    Error::InvalidArgument("a key file has one line with a key, and comments behind #");
const TOO_LONG: Error = Error::InvalidArgument("a key file has 65,536 bytes at most");
const UTF_16: Error = Error::InvalidArgument("the key file is in UTF-16: save it as UTF-8");

/// Reads a key file, up to one byte more than a key file may have.
#[cfg(feature = "std")]
pub(super) fn read(path: &std::path::Path) -> Result<Zeroizing<alloc::vec::Vec<u8>>> {
    use std::io::Read as _;
    // Reserves all room first: a buffer that grows leaves copies of the key behind.
    let mut content = Zeroizing::new(alloc::vec::Vec::with_capacity(MAX_LEN + 1));
    std::fs::File::open(path)?.take(MAX_LEN as u64 + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Parses the key from the content of a key file.
///
/// 32 characters of text are not accepted as raw bytes: they are the hex digits of 16 bytes, or a
/// password, with half of the required entropy at best. One random key in 2^43 looks like text.
pub(super) fn parse(content: &[u8]) -> Result<Kek> {
    if content.len() > MAX_LEN {
        return Err(TOO_LONG);
    }
    if content.len() == KEY_LEN {
        let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        return if content.iter().all(is_text) { Err(TOO_SHORT) } else { Kek::from_slice(content) };
    }
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err(UTF_16);
    }
    parse_line(the_line(core::str::from_utf8(content).map_err(|_| NOT_A_KEY)?)?)
}

/// The lines that are neither empty nor comments. Some editors put a byte order mark before them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_key = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().map(str::trim).filter(is_key)
}

fn the_line(text: &str) -> Result<&str> {
    let mut lines = lines(text);
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        (None, _) => Err(NOT_A_KEY),
        (Some(_), Some(_)) => Err(NOT_ONE_LINE),
    }
}

fn parse_line(line: &str) -> Result<Kek> {
    match line.len() {
        HEX_LEN => parse_hex(line),
        KEY_LEN => Err(TOO_SHORT),
        _ => parse_base64(line),
    }
}

/// 64 hexadecimal digits.
pub(super) fn parse_hex(hex: &str) -> Result<Kek> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    match base16ct::mixed::decode(hex, key.as_mut_slice()) {
        Ok(decoded) if decoded.len() == KEY_LEN => Kek::from_slice(decoded),
        _ => Err(NOT_A_KEY),
    }
}

/// Base64, standard or URL alphabet, with or without padding.
pub(super) fn parse_base64(text: &str) -> Result<Kek> {
    use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
    let text = text.strip_suffix('=').unwrap_or(text);
    let mut key = Zeroizing::new([0; KEY_LEN]);
    let decoded = if text.contains(['-', '_']) {
        Base64UrlUnpadded::decode(text, key.as_mut_slice())
    } else {
        Base64Unpadded::decode(text, key.as_mut_slice())
    };
    match decoded {
        Ok(bytes) if bytes.len() == KEY_LEN => Kek::from_slice(bytes),
        _ => Err(NOT_A_KEY),
    }
}
