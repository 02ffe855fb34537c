//! The encryption context: public key/value pairs that are authenticated with the data.
//!
//! ```text
//! canonical bytes = u16 count, then for each pair u16 len, key, u16 len, value
//! ```
//! sorted by the bytes of the key, keys unique and not empty, UTF-8. Source: FORMAT.md, "Encryption context".

use crate::error::{Error, PairMismatch, Result};
use crate::format::codec::Reader;
use crate::format::limits::{MAX_CONTEXT_LEN, MAX_CONTEXT_PAIRS};

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

const NOT_SORTED: &str = "encryption context keys are not in strictly ascending order";
const PAIRS_LIMIT: &str = "more than 64 encryption context pairs";
const LEN_LIMIT: &str = "encryption context larger than 8,192 bytes";

/// A validated encryption context, borrowed in its canonical form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContextRef<'a> {
    canonical: &'a [u8],
}

impl<'a> ContextRef<'a> {
    /// The context without pairs.
    pub const EMPTY: ContextRef<'static> = ContextRef { canonical: &[0, 0] };

    /// Checks canonical bytes and borrows them.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] or [`Error::Malformed`] by the rules of FORMAT.md;
    /// [`Error::TrailingData`] if bytes follow the last pair.
    pub fn from_canonical(canonical: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(canonical, "encryption context is cut off");
        let context = Self::read(&mut reader)?;
        if reader.rest().is_empty() { Ok(context) } else { Err(Error::TrailingData) }
    }

    /// Reads a context from the front of `reader`.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let start = reader.rest();
        let count = reader.u16()?;
        if usize::from(count) > MAX_CONTEXT_PAIRS {
            return Err(Error::LimitExceeded(PAIRS_LIMIT));
        }
        let mut previous: Option<&[u8]> = None;
        let mut len = 2;
        for _ in 0..count {
            let key = read_text(reader, &mut len)?;
            let _value = read_text(reader, &mut len)?;
            if key.is_empty() {
                return Err(Error::Malformed("an encryption context key is empty"));
            }
            if previous.is_some_and(|previous| previous >= key) {
                return Err(Error::Malformed(NOT_SORTED));
            }
            previous = Some(key);
        }
        let canonical =
            start.get(..len).ok_or(Error::Malformed("encryption context is cut off"))?;
        Ok(ContextRef { canonical })
    }

    /// The canonical bytes, as stored in the header and given to a KMS as associated data.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.canonical
    }

    /// The pairs, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut reader = Reader::new(self.canonical.get(2..).unwrap_or_default(), "");
        core::iter::from_fn(move || {
            let key = next_text(&mut reader)?;
            let value = next_text(&mut reader)?;
            Some((key, value))
        })
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.canonical == ContextRef::EMPTY.canonical
    }

    /// Checks that every pair of `required` is in this context.
    ///
    /// # Errors
    /// [`Error::ContextMismatch`] if a key is missing or has another value.
    pub fn require(&self, required: ContextRef<'_>) -> Result<()> {
        for (key, wanted) in required.iter() {
            let found = self.get(key);
            if found != Some(wanted) {
                return Err(Error::ContextMismatch(PairMismatch::new(key, wanted, found)));
            }
        }
        Ok(())
    }
}

impl core::fmt::Debug for ContextRef<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// One length-prefixed UTF-8 string; `len` counts the canonical bytes so far.
fn read_text<'a>(reader: &mut Reader<'a>, len: &mut usize) -> Result<&'a [u8]> {
    let text_len = usize::from(reader.u16()?);
    *len = len.saturating_add(2).saturating_add(text_len);
    if *len > MAX_CONTEXT_LEN {
        return Err(Error::LimitExceeded(LEN_LIMIT));
    }
    let bytes = reader.take(text_len)?;
    match core::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Error::Malformed("an encryption context string is not UTF-8")),
    }
}

/// The next string of a validated context.
fn next_text<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let len = reader.u16().ok()?;
    core::str::from_utf8(reader.take(usize::from(len)).ok()?).ok()
}

/// An owned encryption context.
///
/// ```
/// use sealwax::EncryptionContext;
/// let context = EncryptionContext::from_pairs([("tenant", "blue"), ("purpose", "training")])?;
/// assert_eq!(context.get("tenant"), Some("blue"));
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// # Security
/// The pairs are authenticated but not secret: they are stored in clear, and a KMS logs them.
#[cfg(feature = "alloc")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EncryptionContext {
    canonical: Vec<u8>,
}

#[cfg(feature = "alloc")]
impl EncryptionContext {
    /// The context without pairs.
    pub fn new() -> Self {
        ContextRef::EMPTY.into()
    }

    /// A context of these pairs, in any order.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an empty or a repeated key; [`Error::LimitExceeded`] for
    /// more than 64 pairs or more than 8,192 canonical bytes.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self>
    where
        K: Into<String>,
        V: Into<String>,
    {
        let mut sorted: Vec<(String, String)> = Vec::new();
        for (key, value) in pairs {
            let key: String = key.into();
            if key.is_empty() {
                return Err(Error::InvalidArgument("an encryption context key is empty"));
            }
            match sorted.binary_search_by(|(other, _)| other.cmp(&key)) {
                Ok(_) => {
                    return Err(Error::InvalidArgument("an encryption context key is repeated"));
                }
                Err(place) => sorted.insert(place, (key, value.into())),
            }
            if sorted.len() > MAX_CONTEXT_PAIRS {
                return Err(Error::LimitExceeded(PAIRS_LIMIT));
            }
        }
        Self::encode(&sorted)
    }

    fn encode(sorted: &[(String, String)]) -> Result<Self> {
        let strings = || sorted.iter().flat_map(|(key, value)| [key, value]);
        let len =
            strings().fold(2_usize, |len, text| len.saturating_add(2).saturating_add(text.len()));
        if len > MAX_CONTEXT_LEN {
            return Err(Error::LimitExceeded(LEN_LIMIT));
        }
        let mut canonical = alloc::vec![0; len];
        let mut writer = crate::format::codec::Writer::new(&mut canonical);
        writer.u16(u16::try_from(sorted.len()).map_err(|_| Error::LimitExceeded(PAIRS_LIMIT))?)?;
        for text in strings() {
            writer.field(text.as_bytes())?;
        }
        Ok(EncryptionContext { canonical })
    }

    /// Borrows the context.
    pub fn view(&self) -> ContextRef<'_> {
        ContextRef { canonical: &self.canonical }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.view().get(key)
    }

    /// The pairs, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.view().iter()
    }
}

#[cfg(feature = "alloc")]
impl Default for EncryptionContext {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "alloc")]
impl From<ContextRef<'_>> for EncryptionContext {
    fn from(context: ContextRef<'_>) -> Self {
        EncryptionContext { canonical: context.canonical.to_vec() }
    }
}

#[cfg(feature = "alloc")]
impl core::fmt::Debug for EncryptionContext {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.view().fmt(f)
    }
}
