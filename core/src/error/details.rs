//! Details of two errors: the keys and the context pairs that do not match.

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

#[cfg(feature = "alloc")]
use super::escape::Escaped;

/// How many items of one list an error shows.
#[cfg(feature = "alloc")]
const SHOWN: usize = 8;

/// A list, cut to the items that an error shows.
#[cfg(feature = "alloc")]
pub(super) struct Listed<'a, T> {
    pub(super) items: &'a [T],
    pub(super) separator: &'static str,
}

#[cfg(feature = "alloc")]
impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().take(SHOWN).enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { self.separator })?;
        }
        match self.items.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "{}and {more} more", self.separator),
        }
    }
}

/// A key as headers name it. It is neither secret nor authenticated.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyName {
    /// Id of the key's provider.
    pub provider_id: String,
    /// The provider's name for the key; empty if the provider names no key.
    pub key_id: String,
}

#[cfg(feature = "alloc")]
impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped::new(&self.provider_id).fmt(f)?;
        if self.key_id.is_empty() {
            return Ok(());
        }
        write!(f, " {}", Escaped::new(&self.key_id))
    }
}

/// The keys that wrap an envelope's DEK, and those of the given providers.
#[derive(Clone, Debug, Default)]
pub struct KeyMismatch {
    #[cfg(feature = "alloc")]
    keys: Box<Keys>,
}

/// Boxed, so that `Error` stays small.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
struct Keys {
    wanted: Vec<KeyName>,
    offered: Vec<KeyName>,
}

#[cfg(feature = "alloc")]
impl KeyMismatch {
    pub(crate) fn new(wanted: Vec<KeyName>, offered: Vec<KeyName>) -> Self {
        KeyMismatch { keys: Box::new(Keys { wanted, offered }) }
    }

    /// The keys that the header names, in its order.
    pub fn wanted(&self) -> &[KeyName] {
        &self.keys.wanted
    }

    /// The given providers in their order, each with the key that it wraps with, if it names one.
    pub fn offered(&self) -> &[KeyName] {
        &self.keys.offered
    }
}

impl fmt::Display for KeyMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no configured key matches a wrapped key of this envelope")?;
        #[cfg(feature = "alloc")]
        if !self.wanted().is_empty() {
            let list = |items| Listed { items, separator: ", " };
            write!(f, ", which needs {}", list(self.wanted()))?;
            match self.offered() {
                [] => f.write_str("; none was given")?,
                offered => write!(f, "; given: {}", list(offered))?,
            }
        }
        Ok(())
    }
}

/// The first required pair that an encryption context does not have.
#[derive(Clone, Debug, Default)]
pub struct PairMismatch {
    #[cfg(feature = "alloc")]
    pair: Box<Pair>,
}

#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
struct Pair {
    key: String,
    wanted: String,
    found: Option<String>,
}

impl PairMismatch {
    /// Keeps the pair; without `alloc` there is no memory for it.
    pub(crate) fn new(key: &str, wanted: &str, found: Option<&str>) -> Self {
        #[cfg(feature = "alloc")]
        return PairMismatch {
            pair: Box::new(Pair {
                key: key.to_owned(),
                wanted: wanted.to_owned(),
                found: found.map(ToOwned::to_owned),
            }),
        };
        #[cfg(not(feature = "alloc"))]
        {
            let _ = (key, wanted, found);
            PairMismatch {}
        }
    }
}

#[cfg(feature = "alloc")]
impl PairMismatch {
    /// The pair's key.
    pub fn key(&self) -> &str {
        &self.pair.key
    }

    /// The value that the reader required.
    pub fn wanted(&self) -> &str {
        &self.pair.wanted
    }

    /// The value that the envelope has; `None` if it has no pair of this key.
    pub fn found(&self) -> Option<&str> {
        self.pair.found.as_deref()
    }
}

impl fmt::Display for PairMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the encryption context lacks a required pair")?;
        #[cfg(feature = "alloc")]
        {
            let (key, wanted) = (Escaped::quoted(self.key()), Escaped::quoted(self.wanted()));
            write!(f, ": {key} must be {wanted} and ")?;
            match self.found() {
                Some(found) => write!(f, "is {}", Escaped::quoted(found))?,
                None => f.write_str("is missing")?,
            }
        }
        Ok(())
    }
}
