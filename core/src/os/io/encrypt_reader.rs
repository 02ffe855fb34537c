//! Encryption of what an inner `Read` returns.

use std::io::{self, Read};

use super::encryptor;
use super::sealing::Sealing;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::keys::KeyProvider;

/// Reads plaintext from the inner reader and returns the envelope, for an upload for example.
///
/// ```
/// use std::io::Read;
/// use sealwax::io::EncryptReader;
/// use sealwax::{DecryptOptions, EncryptOptions};
/// # let kek = sealwax::LocalKek::new(sealwax::Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// let mut envelope = Vec::new();
/// EncryptReader::new(&b"tide table"[..], &[&kek], &EncryptOptions::new())?
///     .read_to_end(&mut envelope)?;
/// let plaintext = sealwax::decrypt(&envelope, &[&kek], &DecryptOptions::new())?;
/// assert_eq!(plaintext, b"tide table");
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// The header of a message of unknown length is withheld for the first MiB, so that a shorter
/// message is not padded. Set the padding if output must start at once.
#[must_use = "readers do nothing unless they are read"]
pub struct EncryptReader<R> {
    inner: R,
    sealing: Sealing,
}

impl<R: Read> EncryptReader<R> {
    /// Starts an envelope under a fresh DEK that every provider wraps.
    ///
    /// # Errors
    /// As `encrypt`.
    pub fn new(
        inner: R,
        providers: &[&dyn KeyProvider],
        options: &EncryptOptions<'_>,
    ) -> Result<Self> {
        Ok(Self::from_encryptor(inner, encryptor(providers, options)?))
    }

    /// An adapter for an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: R, encryptor: Encryptor) -> Self {
        EncryptReader { inner, sealing: Sealing::new(encryptor) }
    }

    /// The inner reader. More may have been read from it than was encrypted.
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader, mutably. Bytes that you read from it directly are missing from the
    /// message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Returns the inner reader.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for EncryptReader<R> {
    /// A failed read of the inner reader can be retried.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(read) = self.sealing.read(out)? {
                return Ok(read);
            }
            let len = self.inner.read(self.sealing.room())?;
            self.sealing.filled(len);
        }
    }
}

impl<R> std::fmt::Debug for EncryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptReader")
            .field("encryptor", &self.sealing.encryptor)
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
        let mut reader =
            EncryptReader::new(&b"tide table"[..], &[&kek()], &EncryptOptions::new()).unwrap();
        reader.sealing.process = OwnProcess::of_parent();
        let error = Error::from(reader.read(&mut [0; 9]).unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
    }
}
