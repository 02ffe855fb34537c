//! Arguments: files first, then `--name value` and switches in any order.

use sealwax::{EncryptionContext, Error, KeyProvider, LocalKek, Result};

const SWITCHES: [&str; 3] = ["--text", "--keep", "--header-only"];

/// The arguments after the command's name.
pub(crate) struct Args<'a> {
    files: Vec<&'a str>,
    options: Vec<(&'a str, &'a str)>,
}

impl<'a> Args<'a> {
    /// Separates files and options.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if an option has no value.
    pub(crate) fn parse(arguments: &'a [String]) -> Result<Self> {
        let mut args = Args { files: Vec::new(), options: Vec::new() };
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            if SWITCHES.contains(&argument) {
                args.options.push((argument, ""));
            } else if argument.starts_with("--") {
                let value = rest.next().ok_or(Error::InvalidArgument("an option has no value"))?;
                args.options.push((argument, value));
            } else {
                args.files.push(argument);
            }
        }
        Ok(args)
    }

    /// The file at this position.
    pub(crate) fn file(&self, position: usize) -> Result<&'a str> {
        self.files.get(position).copied().ok_or(Error::InvalidArgument("a file is missing"))
    }

    /// The values of an option that may be repeated.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.options.iter().filter(move |(given, _)| *given == name).map(|(_, value)| *value)
    }

    /// The value of an option.
    pub(crate) fn one(&self, name: &str) -> Option<&'a str> {
        self.all(name).last()
    }

    /// Whether a switch is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.one(name).is_some()
    }

    /// The bytes of an option in hexadecimal.
    pub(crate) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.one(name).map(unhex).transpose()
    }

    /// The pairs of all `--context KEY=VALUE`.
    pub(crate) fn context(&self) -> Result<EncryptionContext> {
        let pairs: Option<Vec<_>> =
            self.all("--context").map(|pair| pair.split_once('=')).collect();
        EncryptionContext::from_pairs(pairs.ok_or(Error::InvalidArgument("a pair is KEY=VALUE"))?)
    }

    /// The keys that `--kek` and `--key-id` give together, or the same with another prefix.
    pub(crate) fn keys(&self, kek: &str, key_id: &str) -> Result<Vec<LocalKek>> {
        if self.all(kek).count() != self.all(key_id).count() {
            return Err(Error::InvalidArgument("every KEK has one key id"));
        }
        let pairs = self.all(kek).zip(self.all(key_id));
        pairs.map(|(kek, id)| LocalKek::from_hex(kek, id)).collect()
    }
}

/// The keys for the library.
pub(crate) fn providers(keys: &[LocalKek]) -> Vec<&dyn KeyProvider> {
    keys.iter().map(|key| key as &dyn KeyProvider).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Option<Vec<u8>> = text.as_bytes().iter().map(digit).collect();
    match digits {
        Some(digits) if digits.len().is_multiple_of(2) => {
            Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
        _ => Err(Error::InvalidArgument("not hexadecimal")),
    }
}
