//! `Read` and `Seek` over a positional reader, with read-ahead.

use std::io::{self, Read, Seek, SeekFrom};

use zeroize::Zeroizing;

use super::{PositionalReader, ReadAt, copy_front};
use crate::engine::decrypt::DecryptOptions;
use crate::error::{Error, Result};
use crate::format::chunked::CHUNK_LEN;
use crate::keys::KeyProvider;

/// Most plaintext that is read ahead, in bytes.
const MAX_AHEAD_LEN: usize = 32 * CHUNK_LEN;

/// Reads and seeks in the plaintext of an encrypted object, like a file.
///
/// Sequential reads read ahead, up to 512 KiB. After a seek it fetches only the chunks that it
/// needs.
///
/// ```
/// use std::io::{Read, Seek, SeekFrom};
/// use sealwax::read_at::SeekReader;
/// use sealwax::{DecryptOptions, EncryptOptions};
/// # let kek = sealwax::LocalKek::new(sealwax::Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// let envelope = sealwax::encrypt(b"high 06:12, low 12:30", &[&kek], &EncryptOptions::new())?;
/// let mut reader = SeekReader::open(envelope, &[&kek], &DecryptOptions::new())?;
/// reader.seek(SeekFrom::End(-5))?;
/// let mut low = String::new();
/// reader.read_to_string(&mut low)?;
/// assert_eq!(low, "12:30");
/// # Ok::<(), sealwax::Error>(())
/// ```
#[must_use = "readers do nothing unless they are read"]
pub struct SeekReader<R> {
    inner: PositionalReader<R>,
    position: u64,
    /// Plaintext read ahead: the first `ahead_len` bytes, from offset `ahead_start` on.
    ahead: Zeroizing<Vec<u8>>,
    ahead_start: u64,
    ahead_len: usize,
    /// End of the last read, and the read-ahead if the next one starts there.
    expected: u64,
    next_ahead: usize,
}

impl<R: ReadAt> SeekReader<R> {
    /// As [`PositionalReader::open`].
    ///
    /// # Errors
    /// As [`PositionalReader::open`].
    pub fn open(
        source: R,
        providers: &[&dyn KeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        PositionalReader::open(source, providers, options).map(Self::new)
    }

    /// A reader at offset 0.
    pub fn new(inner: PositionalReader<R>) -> Self {
        SeekReader {
            inner,
            position: 0,
            ahead: Zeroizing::new(Vec::new()),
            ahead_start: 0,
            ahead_len: 0,
            expected: 0,
            next_ahead: 0,
        }
    }

    /// Authenticated length of the plaintext, in bytes.
    pub const fn len(&self) -> u64 {
        self.inner.len()
    }

    /// Whether the plaintext is empty; authenticated.
    pub const fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// The underlying positional reader.
    pub const fn get_ref(&self) -> &PositionalReader<R> {
        &self.inner
    }

    /// Returns the underlying positional reader.
    pub fn into_inner(self) -> PositionalReader<R> {
        self.inner
    }

    /// The plaintext that was read ahead, from the position on.
    fn held(&self) -> &[u8] {
        let skip = self.position.checked_sub(self.ahead_start);
        let skip = skip.and_then(|skip| usize::try_from(skip).ok()).unwrap_or(usize::MAX);
        self.ahead.get(skip..self.ahead_len).unwrap_or_default()
    }

    /// Fills the read-ahead buffer from the position on.
    fn read_ahead(&mut self, len: usize) -> Result<()> {
        self.ahead_len = 0;
        if self.ahead.len() < len {
            self.ahead = Zeroizing::new(vec![0; len]);
        }
        let room = self.ahead.get_mut(..len).unwrap_or_default();
        self.ahead_len = self.inner.read_at(room, self.position)?;
        self.ahead_start = self.position;
        Ok(())
    }

    /// How much to read ahead: more with each sequential read, nothing after a seek.
    fn plan(&mut self, wanted: usize) -> usize {
        if self.position != self.expected {
            self.next_ahead = 0;
            return 0;
        }
        self.next_ahead = (2 * self.next_ahead).clamp(CHUNK_LEN, MAX_AHEAD_LEN);
        // Up to the end of a chunk, so that no chunk is opened twice.
        let offset = crate::format::chunked::chunk_of(self.position).offset;
        let ahead = self.next_ahead - offset;
        if ahead > wanted { ahead } else { 0 }
    }
}

impl<R: ReadAt> Read for SeekReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() || self.position >= self.len() {
            return Ok(0);
        }
        if self.held().is_empty() {
            let ahead = self.plan(buf.len());
            if ahead > 0 {
                self.read_ahead(ahead)?;
            }
        }
        let held = self.held();
        let read = if held.is_empty() {
            self.inner.read_at(buf, self.position)?
        } else {
            copy_front(held, buf)
        };
        self.position += read as u64;
        self.expected = self.position;
        Ok(read)
    }
}

impl<R: ReadAt> Seek for SeekReader<R> {
    /// Seeking past the end is allowed, as in a file; reads there return 0 bytes.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position =
            position.ok_or(Error::InvalidArgument("a seek to before the first byte"))?;
        Ok(self.position)
    }
}

impl<R> std::fmt::Debug for SeekReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeekReader")
            .field("inner", &self.inner)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
