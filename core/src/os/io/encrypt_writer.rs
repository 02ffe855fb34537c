//! Encryption of what is written, into an inner `Write`.

use std::io::{self, Write};

use super::encryptor;
use super::writing::Writing;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::format::progress::Status;
use crate::keys::KeyProvider;

/// Encrypts what is written to it and writes the envelope to the inner writer.
///
/// Call [`EncryptWriter::finish`]: it writes the last chunk. Without it the envelope is truncated
/// and does not decrypt. Dropping the writer does not write it, so that an object whose writer
/// failed never looks complete.
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
#[must_use = "the envelope is complete only after `finish`"]
pub struct EncryptWriter<W> {
    inner: W,
    writing: Writing,
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

    /// An adapter for an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: W, encryptor: Encryptor) -> Self {
        EncryptWriter { inner, writing: Writing::new(encryptor) }
    }

    /// The inner writer, which has received the output so far.
    pub const fn get_ref(&self) -> &W {
        &self.inner
    }

    /// The inner writer, mutably. Bytes that you write to it directly corrupt the envelope.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Writes the last chunk, flushes the inner writer and returns it.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of the inner writer;
    /// [`Error::InvalidState`](crate::Error::InvalidState) after a failed write, without a wrapped key,
    /// or in a process other than the writer's.
    pub fn finish(mut self) -> Result<W> {
        self.writing.end_input();
        while self.step(&[])?.1 != Status::Done {}
        self.inner.flush()?;
        self.writing.encryptor.finish()?;
        Ok(self.inner)
    }

    /// Encrypts some plaintext and writes the output. A failure is final, because it is unknown how
    /// much of the envelope the inner writer took.
    fn step(&mut self, plaintext: &[u8]) -> Result<(usize, Status)> {
        self.writing.check()?;
        self.writing.failed = true;
        let taken = self.writing.take(plaintext)?;
        self.hand_on()?;
        self.writing.failed = false;
        Ok(taken)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.inner.write_all(self.writing.pending())?;
        self.writing.written(usize::MAX);
        Ok(())
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

    /// Writes all full chunks and flushes the inner writer. A partial chunk stays in the buffer,
    /// because chunks have a fixed size.
    ///
    /// The header of a message of unknown length is withheld for the first MiB, so that a shorter
    /// message is not padded. A flush writes it earlier if a full chunk is ready.
    fn flush(&mut self) -> io::Result<()> {
        self.writing.check()?;
        self.writing.failed = true;
        self.writing.release_chunks()?;
        self.hand_on()?;
        self.writing.failed = false;
        self.inner.flush()
    }
}

impl<W> std::fmt::Debug for EncryptWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptWriter")
            .field("encryptor", &self.writing.encryptor)
            .field("failed", &self.writing.failed)
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
        let mut writer = EncryptWriter::new(Vec::new(), &[&kek()], &EncryptOptions::new()).unwrap();
        writer.write_all(b"tide").unwrap();
        writer.writing.process = OwnProcess::of_parent();
        let error = Error::from(writer.write_all(b" table").unwrap_err());
        assert!(matches!(error, Error::InvalidState(_)), "{error}");
        assert!(matches!(Error::from(writer.flush().unwrap_err()), Error::InvalidState(_)));
        assert!(writer.inner.is_empty(), "nothing has left");
        assert!(matches!(writer.finish(), Err(Error::InvalidState(_))));
    }
}
