//! Escaping of untrusted text before people see it.

use core::fmt::{self, Write};

/// Longest text that is shown, in characters.
const SHOWN: usize = 512;

/// Characters that need no escape outside quotes.
const PLAIN: [char; 3] = ['\'', '"', '\\'];

/// A value that is shown as one line of visible characters. Control characters, line breaks,
/// terminal sequences, bidirectional marks and invisible characters are written as escapes such as
/// `
/// ` or `\u{1b}`. A text of more than 512 characters is cut.
///
/// Every error of this crate shows header values, names and messages of a KMS in this way. Use it
/// for your own logs and messages:
///
/// ```
/// use sealwax::Escaped;
/// let key_id = "kek\u{1b}[2J\nINFO all is well";
/// assert_eq!(Escaped::new(key_id).to_string(), r"kek\u{1b}[2J\nINFO all is well");
/// assert_eq!(Escaped::quoted("a \"b\"").to_string(), r#""a \"b\"""#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T> {
    value: T,
    quoted: bool,
}

impl<T: fmt::Display> Escaped<T> {
    /// The value without quotes. Escaping an escaped text again changes nothing.
    pub const fn new(value: T) -> Self {
        Escaped { value, quoted: false }
    }

    /// The value in double quotes. Two different texts of at most 512 characters never look the
    /// same.
    pub const fn quoted(value: T) -> Self {
        Escaped { value, quoted: true }
    }
}

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.quoted { "\"" } else { "" };
        f.write_str(quote)?;
        write!(Escaping { out: f, quoted: self.quoted, left: Some(SHOWN) }, "{}", self.value)?;
        f.write_str(quote)
    }
}

/// A writer that escapes.
struct Escaping<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    quoted: bool,
    /// Characters left before the cut; `None` after it.
    left: Option<usize>,
}

impl Escaping<'_, '_> {
    fn put(&mut self, shown: char) -> fmt::Result {
        match self.left {
            None => Ok(()),
            Some(0) => {
                self.left = None;
                self.out.write_str("...")
            }
            Some(left) => {
                self.left = Some(left - 1);
                self.out.write_char(shown)
            }
        }
    }
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(PLAIN) {
            if self.left.is_none() {
                return Ok(());
            }
            let body = piece.strip_suffix(PLAIN).unwrap_or(piece);
            body.escape_debug().try_for_each(|shown| self.put(shown))?;
            for plain in piece.chars().rev().take(1).filter(|last| PLAIN.contains(last)) {
                if self.quoted && plain != '\'' {
                    self.put('\\')?;
                }
                self.put(plain)?;
            }
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::string::ToString;

    use super::Escaped;

    #[test]
    fn nothing_moves_a_cursor_or_begins_a_line() {
        let hostile = "a\r\n\u{1b}[31m\u{7}\u{7f}\u{9b}\u{85}\u{2028}\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}\u{e0041}\0";
        for shown in [Escaped::new(hostile).to_string(), Escaped::quoted(hostile).to_string()] {
            assert!(shown.chars().all(|c| c.is_ascii_graphic()), "{shown}");
            assert!(shown.contains(r"a\r\n\u{1b}[31m\u{7}\u{7f}"), "{shown}");
        }
    }

    #[test]
    fn text_of_any_language_stays_as_it_is() {
        for text in [
            "arn:aws:kms:eu-central-1:1:key/mrk-1",
            "Schlüssel",
            "e\u{301}",
            "हिन्दी",
            "鍵 'x' \"y\" C:\\z",
        ] {
            assert_eq!(Escaped::new(text).to_string(), text);
        }
    }

    #[test]
    fn quotes_cannot_be_closed_from_inside_and_escaping_twice_is_escaping_once() {
        assert_eq!(Escaped::quoted(r#"a" is "b\"#).to_string(), r#""a\" is \"b\\""#);
        let once = Escaped::new("a\nb").to_string();
        assert_eq!(Escaped::new(&once).to_string(), once);
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = "x".repeat(100_000);
        assert_eq!(Escaped::new(&long).to_string(), alloc::format!("{}...", "x".repeat(512)));
        assert_eq!(Escaped::new(&long[..512]).to_string().len(), 512);
    }
}
