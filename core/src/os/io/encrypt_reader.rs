//! The envelope of what an inner reader gives.

use std::io::{self, Cursor, Read};

use zeroize::Zeroizing;

use super::held::Held;
use super::{BUFFER_LEN, encryptor};
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::{Error, Result};
use crate::format::chunked::SEALED_CHUNK_LEN;
use crate::format::progress::{Progress, Status};
use crate::keys::KeyProvider;
use crate::os::process::OwnProcess;

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
pub struct EncryptReader<R> {
    inner: R,
    encryptor: Encryptor,
    /// The start of the envelope, while its header may still be a short one.
    held: Option<Held>,
    /// The same once it may leave, and how much of it has left.
    start_of_envelope: Cursor<Vec<u8>>,
    plaintext: Zeroizing<Vec<u8>>,
    /// What of `plaintext` is filled and not encrypted yet.
    start: usize,
    end: usize,
    process: OwnProcess,
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
    pub fn from_encryptor(inner: R, mut encryptor: Encryptor) -> Self {
        let (held, start_of_envelope) = (Held::of(&mut encryptor), Cursor::default());
        let plaintext = Zeroizing::new(vec![0; BUFFER_LEN]);
        let process = OwnProcess::new();
        EncryptReader {
            inner,
            encryptor,
            held,
            start_of_envelope,
            plaintext,
            start: 0,
            end: 0,
            process,
        }
    }

    /// The inner reader.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn refill(&mut self) -> io::Result<()> {
        self.start = 0;
        self.end = 0; // also if the read fails
        self.end = self.inner.read(&mut self.plaintext)?;
        if self.end == 0 {
            self.encryptor.end_input();
        }
        Ok(())
    }
}

impl<R: Read> EncryptReader<R> {
    /// Takes some of the buffered plaintext and puts into `out` what comes of it.
    fn step(&mut self, out: &mut [u8]) -> Result<Progress> {
        let input = self.plaintext.get(self.start..self.end).unwrap_or_default();
        let progress = self.encryptor.process(input, out)?;
        self.start += progress.read;
        if progress.status == Status::NeedKey {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        Ok(progress)
    }

    /// Reads on until it is known how the envelope starts. A read that fails can be tried again.
    fn settle_start(&mut self) -> io::Result<()> {
        if self.held.is_none() {
            return Ok(());
        }
        let mut sealed = vec![0; SEALED_CHUNK_LEN];
        while self.held.is_some() {
            let progress = self.step(&mut sealed)?;
            if let Some(held) = &mut self.held {
                held.add(progress.read, sealed.get(..progress.written).unwrap_or_default());
            }
            let has_ended = progress.status == Status::Done;
            if let Some(held) = self.held.take_if(|held| has_ended || held.is_long()) {
                self.start_of_envelope = Cursor::new(held.into_start(has_ended)?);
            } else if progress.status == Status::NeedInput {
                self.refill()?;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for EncryptReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.process.check()?;
        if out.is_empty() {
            return Ok(0);
        }
        self.settle_start()?;
        let taken = self.start_of_envelope.read(out)?;
        if taken > 0 {
            return Ok(taken);
        }
        self.start_of_envelope = Cursor::default();
        loop {
            let progress = self.step(out)?;
            match progress.status {
                _ if progress.written > 0 => return Ok(progress.written),
                Status::Done => return Ok(0),
                Status::NeedInput => self.refill()?,
                _ => {}
            }
        }
    }
}

impl<R> std::fmt::Debug for EncryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptReader").field("encryptor", &self.encryptor).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tests::kek;

    #[test]
    fn the_other_side_of_a_fork_cannot_go_on() {
        let mut reader =
            EncryptReader::new(&b"tide table"[..], &[&kek()], &EncryptOptions::new()).unwrap();
        reader.process = OwnProcess::of_parent();
        let error = Error::from(reader.read(&mut [0; 9]).unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
    }
}
