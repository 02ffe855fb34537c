//! The envelope of what an inner reader gives.

use std::io::{self, Read};

use super::encryptor;
use super::sealing::Sealing;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::keys::KeyProvider;

/// Reads plaintext from the inner reader and gives the envelope, such as for an upload.
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
/// The header of a message of unknown length is held back for the first MiB, so that a shorter one
/// gets no padding. Where the first byte must leave at once, set the padding.
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

    /// Takes an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: R, encryptor: Encryptor) -> Self {
        EncryptReader { inner, sealing: Sealing::new(encryptor) }
    }

    /// The inner reader, of which more may have been read than encrypted.
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader. What is read of it here is missing in the message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// The inner reader by value.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for EncryptReader<R> {
    /// A read of the inner reader that fails can be tried again.
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
