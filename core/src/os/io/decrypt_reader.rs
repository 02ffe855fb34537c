//! The plaintext of the envelope that an inner reader gives.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::BUFFER_LEN;
use crate::engine::decrypt::{DecryptOptions, Decryptor};
use crate::error::{Error, Result};
use crate::format::header::Header;
use crate::format::progress::Status;
use crate::keys::KeyProvider;
use crate::os::process::OwnProcess;

/// Reads an envelope from the inner reader and gives its plaintext.
///
/// # Security
/// Every byte that comes out is authentic, but only the end of the data (`Ok(0)`) says that
/// nothing was cut off: before, it may be a prefix of the message.
pub struct DecryptReader<R> {
    inner: R,
    decryptor: Decryptor,
    sealed: Vec<u8>,
    /// What of `sealed` is filled and not decrypted yet.
    start: usize,
    end: usize,
    process: OwnProcess,
}

impl<R: Read> DecryptReader<R> {
    /// Reads the header and has the providers unwrap the DEK, in their order, until one fits.
    ///
    /// # Errors
    /// [`Error::Io`] of the inner reader; any of the format and key classes; [`Error::Truncated`].
    pub fn new(
        inner: R,
        providers: &[&dyn KeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let mut reader = Self::from_decryptor(inner, Decryptor::new(options));
        reader.read_header()?;
        reader.decryptor.unwrap_with(providers)?;
        Ok(reader)
    }

    /// Takes a decryptor in any state, such as one whose header was stored elsewhere and whose
    /// DEK was provided.
    pub fn from_decryptor(inner: R, decryptor: Decryptor) -> Self {
        let (sealed, process) = (vec![0; BUFFER_LEN], OwnProcess::new());
        DecryptReader { inner, decryptor, sealed, start: 0, end: 0, process }
    }

    /// The header, authentic once the DEK was accepted.
    pub fn header(&self) -> Option<Header<'_>> {
        self.decryptor.header()
    }

    /// The metadata of the header; `None` if there is none.
    ///
    /// # Errors
    /// As [`Decryptor::metadata`].
    pub fn metadata(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.decryptor.metadata()
    }

    /// The inner reader, of which more may have been read than decrypted.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn read_header(&mut self) -> Result<()> {
        while self.step(&mut [])?.1 == Status::NeedInput {
            match self.refill() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn step(&mut self, out: &mut [u8]) -> Result<(usize, Status)> {
        let input = self.sealed.get(self.start..self.end).unwrap_or_default();
        let progress = self.decryptor.process(input, out)?;
        self.start += progress.read;
        Ok((progress.written, progress.status))
    }

    fn refill(&mut self) -> io::Result<()> {
        self.start = 0;
        self.end = 0; // also if the read fails
        self.end = self.inner.read(&mut self.sealed)?;
        if self.end == 0 {
            self.decryptor.end_input();
        }
        Ok(())
    }
}

impl<R: Read> Read for DecryptReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.process.check()?;
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match self.step(out)? {
                (written, _) if written > 0 => return Ok(written),
                (_, Status::Done) => return Ok(0),
                (_, Status::NeedInput) => self.refill()?,
                (_, Status::NeedKey) => {
                    return Err(Error::InvalidState("the DEK was not provided").into());
                }
                (_, Status::NeedOutput) => {}
            }
        }
    }
}

impl<R> std::fmt::Debug for DecryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptReader").field("decryptor", &self.decryptor).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tests::kek;

    #[test]
    fn the_other_side_of_a_fork_cannot_go_on() {
        let (key, options) = (kek(), DecryptOptions::new());
        let sealed = crate::encrypt(b"tide", &[&key], &crate::EncryptOptions::new()).unwrap();
        let mut reader = DecryptReader::new(sealed.as_slice(), &[&key], &options).unwrap();
        reader.process = OwnProcess::of_parent();
        let error = Error::from(reader.read(&mut [0; 9]).unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
    }
}
