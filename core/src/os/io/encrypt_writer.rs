//! Plaintext is written in, the envelope comes out at the inner writer.

use std::io::{self, Write};

use super::held::Held;
use super::{BUFFER_LEN, encryptor};
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::{Error, Result};
use crate::format::progress::Status;
use crate::keys::KeyProvider;
use crate::os::process::OwnProcess;

/// Encrypts what is written to it and writes the envelope to the inner writer.
///
/// [`EncryptWriter::finish`] must be called: it writes the last chunk, without which the envelope
/// is truncated and will not decrypt. Dropping the writer does not do that, because an object
/// whose writer failed half-way must not look complete.
///
/// ```
/// use std::io::{Read, Write};
/// use sealwax::io::{DecryptReader, EncryptWriter};
/// use sealwax::{DecryptOptions, EncryptOptions};
/// # let kek = sealwax::LocalKek::new(sealwax::Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// let mut writer = EncryptWriter::new(Vec::new(), &[&kek], &EncryptOptions::new())?;
/// writer.write_all(b"tide table")?;
/// let envelope: Vec<u8> = writer.finish()?;
///
/// let mut plaintext = String::new();
/// DecryptReader::new(&envelope[..], &[&kek], &DecryptOptions::new())?
///     .read_to_string(&mut plaintext)?;
/// assert_eq!(plaintext, "tide table");
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct EncryptWriter<W> {
    inner: W,
    encryptor: Encryptor,
    /// The start of the envelope, while its header may still be a short one.
    held: Option<Held>,
    sealed: Vec<u8>,
    failed: bool,
    process: OwnProcess,
}

impl<W: Write> EncryptWriter<W> {
    /// Starts an envelope under a fresh DEK that every provider wraps.
    ///
    /// # Errors
    /// As `encrypt`.
    pub fn new(
        inner: W,
        providers: &[&dyn KeyProvider],
        options: &EncryptOptions<'_>,
    ) -> Result<Self> {
        Ok(Self::from_encryptor(inner, encryptor(providers, options)?))
    }

    /// Takes an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: W, mut encryptor: Encryptor) -> Self {
        let held = Held::of(&mut encryptor);
        let (sealed, process) = (vec![0; BUFFER_LEN], OwnProcess::new());
        EncryptWriter { inner, encryptor, held, sealed, failed: false, process }
    }

    /// Writes the last chunk, flushes the inner writer and returns it.
    ///
    /// # Errors
    /// [`Error::Io`] of the inner writer; [`Error::InvalidState`] after a failed write, without
    /// a wrapped key, or in another process than the writer's.
    pub fn finish(mut self) -> Result<W> {
        self.encryptor.end_input();
        while self.step(&[])?.1 != Status::Done {}
        if let Some(held) = self.held.take() {
            self.inner.write_all(&held.into_start(true)?)?;
        }
        self.inner.flush()?;
        self.encryptor.finish()?;
        Ok(self.inner)
    }

    /// Takes some plaintext and hands on what comes of it. A failure is for good: nobody knows
    /// how much of the envelope the inner writer has taken.
    fn step(&mut self, plaintext: &[u8]) -> Result<(usize, Status)> {
        self.process.check()?;
        if self.failed {
            return Err(Error::InvalidState("the writer has failed before"));
        }
        self.failed = true;
        let progress = self.encryptor.process(plaintext, &mut self.sealed)?;
        if progress.status == Status::NeedKey {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        let sealed = self.sealed.get(..progress.written).unwrap_or_default();
        match &mut self.held {
            Some(held) => held.add(progress.read, sealed),
            None => self.inner.write_all(sealed)?,
        }
        if let Some(held) = self.held.take_if(|held| held.is_long()) {
            self.inner.write_all(&held.into_start(false)?)?;
        }
        self.failed = false;
        Ok((progress.read, progress.status))
    }
}

impl<W: Write> Write for EncryptWriter<W> {
    fn write(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        loop {
            let (read, _) = self.step(plaintext)?;
            if read > 0 || plaintext.is_empty() {
                return Ok(read);
            }
        }
    }

    /// Hands on all whole chunks and flushes the inner writer. Up to one chunk stays back: chunks
    /// have a fixed size.
    ///
    /// The header of a message of unknown length is held back for the first MiB, so that a shorter
    /// one gets no padding; a flush with a whole chunk makes it leave before.
    fn flush(&mut self) -> io::Result<()> {
        self.process.check()?;
        if let Some(held) = self.held.take_if(|held| held.has_chunk()) {
            self.failed = true;
            self.inner.write_all(&held.into_start(false)?)?;
            self.failed = false;
        }
        self.inner.flush()
    }
}

impl<W> std::fmt::Debug for EncryptWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptWriter")
            .field("encryptor", &self.encryptor)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tests::kek;

    #[test]
    fn the_other_side_of_a_fork_cannot_go_on() {
        let mut writer = EncryptWriter::new(Vec::new(), &[&kek()], &EncryptOptions::new()).unwrap();
        writer.write_all(b"tide").unwrap();
        writer.process = OwnProcess::of_parent();
        let error = Error::from(writer.write_all(b" table").unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
        assert!(matches!(Error::from(writer.flush().unwrap_err()), Error::InvalidState(_)));
        assert!(writer.inner.is_empty(), "nothing has left");
        assert!(matches!(writer.finish(), Err(Error::InvalidState(_))));
    }
}
