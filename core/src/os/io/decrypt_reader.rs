//! Decryption of what an inner `Read` returns.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::opening::Opening;
use crate::engine::decrypt::{DecryptOptions, Decryptor};
use crate::error::Result;
use crate::format::header::Header;
use crate::keys::KeyProvider;

/// Reads an envelope from the inner reader and returns its plaintext.
///
/// # Security
/// Every byte that it returns is authentic. Only the end of the data (`Ok(0)`) proves that the
/// message is complete; before that, the data may be a prefix of it.
#[must_use = "readers do nothing unless they are read"]
pub struct DecryptReader<R> {
    inner: R,
    opening: Opening,
}

impl<R: Read> DecryptReader<R> {
    /// Reads the header and unwraps the DEK with the providers, in their order, until a DEK fits.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of the inner reader; any error of the classes format and
    /// key; [`Error::Truncated`](crate::Error::Truncated).
    pub fn new(
        inner: R,
        providers: &[&dyn KeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let mut reader = Self::from_decryptor(inner, Decryptor::new(options));
        while reader.opening.lacks_header()? {
            match reader.refill() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        reader.opening.decryptor.unwrap_with(providers)?;
        Ok(reader)
    }

    /// An adapter for a decryptor in any state, such as one for a detached header whose DEK was provided.
    pub fn from_decryptor(inner: R, decryptor: Decryptor) -> Self {
        DecryptReader { inner, opening: Opening::new(decryptor) }
    }

    /// The header; it is authentic after a DEK was accepted.
    pub fn header(&self) -> Option<Header<'_>> {
        self.opening.decryptor.header()
    }

    /// The metadata of the header; `None` if there is none.
    ///
    /// # Errors
    /// As [`Decryptor::metadata`].
    pub fn metadata(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.opening.decryptor.metadata()
    }

    /// The inner reader. More may have been read from it than was decrypted.
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader, mutably. Bytes that you read from it directly are missing from the
    /// message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Returns the inner reader. More may have been read from it than was decrypted.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn refill(&mut self) -> io::Result<()> {
        let len = self.inner.read(self.opening.room())?;
        self.opening.filled(len);
        Ok(())
    }
}

impl<R: Read> Read for DecryptReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.opening.read(out)? {
                Some(read) => return Ok(read),
                None => self.refill()?,
            }
        }
    }
}

impl<R> std::fmt::Debug for DecryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptReader")
            .field("decryptor", &self.opening.decryptor)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::io::tests::kek;
    use crate::os::process::OwnProcess;

    #[test]
    fn the_other_side_of_a_fork_cannot_go_on() {
        let (key, options) = (kek(), DecryptOptions::new());
        let sealed = crate::encrypt(b"tide", &[&key], &crate::EncryptOptions::new()).unwrap();
        let mut reader = DecryptReader::new(sealed.as_slice(), &[&key], &options).unwrap();
        reader.opening.process = OwnProcess::of_parent();
        let error = Error::from(reader.read(&mut [0; 9]).unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
    }
}
