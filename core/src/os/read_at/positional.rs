//! A positional reader of plaintext, shared by any number of threads.

use std::ops::Range;

use super::pool::{Pool, Scratch};
use super::{ReadAt, copy_front, read_exact_at, read_header};
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::engine::range::RangeOpener;
use crate::error::{Error, Result};
use crate::format::chunked::{
    CHUNK_LEN, ChunkPosition, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN, chunk_of,
};
use crate::format::header::Header;
use crate::keys::KeyProvider;
use crate::os::workers::{for_each_run, thread_count};

/// Default of the plaintext that one I/O fetches at most, in bytes.
const WINDOW_LEN: usize = 256 * CHUNK_LEN;

/// Reads plaintext at any offset of an encrypted object.
///
/// Threads can share it: no lock is held while bytes are read or opened. A read fetches exactly the
/// chunks that it needs, in one I/O (up to one window, 4 MiB). The chunk opened last is kept for
/// small neighbouring reads.
///
/// ```
/// use sealwax::read_at::PositionalReader;
/// use sealwax::{DecryptOptions, EncryptOptions};
/// # let kek = sealwax::LocalKek::new(sealwax::Kek::generate(&mut sealwax::SysRng)?, "example")?;
/// let envelope = sealwax::encrypt(&[7; 100_000], &[&kek], &EncryptOptions::new())?;
/// let reader = PositionalReader::open(envelope, &[&kek], &DecryptOptions::new())?;
/// let mut buffer = [0; 10];
/// assert_eq!(reader.read_at(&mut buffer, 99_995)?, 5);
/// assert_eq!(buffer[..5], [7; 5]);
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct PositionalReader<R> {
    source: R,
    handle: DecryptHandle,
    opener: RangeOpener,
    /// Offset of the body in the source.
    body_offset: u64,
    threads: usize,
    /// Plaintext that one I/O fetches at most, in bytes.
    window_len: usize,
    pool: Pool,
}

impl<R: ReadAt> PositionalReader<R> {
    /// Reads the header, unwraps the DEK with the providers, and authenticates the length by
    /// opening the last chunk.
    ///
    /// # Errors
    /// [`Error::Io`]; any error of the classes format, key and body.
    pub fn open(
        source: R,
        providers: &[&dyn KeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let handle = DecryptHandle::open(&read_header(&source)?, providers, options)?;
        Self::with_handle(source, handle, options.associated_data)
    }

    /// A reader of an envelope whose header was already verified.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::CommitmentMismatch`], [`Error::Authentication`],
    /// [`Error::Truncated`].
    pub fn with_handle(source: R, handle: DecryptHandle, associated_data: &[u8]) -> Result<Self> {
        let body_offset = handle.header_bytes().len() as u64;
        Self::new(source, handle, associated_data, body_offset)
    }

    /// A reader of a body whose header is stored elsewhere.
    ///
    /// # Errors
    /// As [`PositionalReader::with_handle`].
    pub fn with_detached_header(
        body: R,
        handle: DecryptHandle,
        associated_data: &[u8],
    ) -> Result<Self> {
        Self::new(body, handle, associated_data, 0)
    }

    fn new(
        source: R,
        handle: DecryptHandle,
        associated_data: &[u8],
        body_offset: u64,
    ) -> Result<Self> {
        let body_len = source.size()?.checked_sub(body_offset).ok_or(Error::Truncated)?;
        let [_, last_range] = RangeOpener::opening_ranges(body_len)?;
        let mut prefix = [0; PREFIX_LEN];
        read_exact_at(&source, &mut prefix, body_offset)?;
        let mut last = vec![0; len_of(&last_range)];
        read_exact_at(&source, &mut last, body_offset.saturating_add(last_range.start))?;
        let opener = RangeOpener::new(&handle, associated_data, body_len, &prefix, &last)?;
        Ok(PositionalReader {
            source,
            handle,
            opener,
            body_offset,
            threads: 1,
            window_len: WINDOW_LEN,
            pool: Pool::default(),
        })
    }

    /// Lets reads of more than one window use this many threads, 0 for every core. The default is 1.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The window: how much plaintext one I/O fetches at most, in bytes, rounded up to whole
    /// chunks. The default is 4 MiB. Use a larger one if every I/O is a network request.
    #[must_use]
    pub const fn window(mut self, len: usize) -> Self {
        self.window_len = match len.checked_next_multiple_of(CHUNK_LEN) {
            Some(0) => CHUNK_LEN,
            Some(len) => len,
            None => len - len % CHUNK_LEN,
        };
        self
    }

    /// Authenticated length of the plaintext, in bytes.
    pub const fn len(&self) -> u64 {
        self.opener.plaintext_len()
    }

    /// Whether the plaintext is empty; authenticated.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The verified header and its DEK.
    pub const fn handle(&self) -> &DecryptHandle {
        &self.handle
    }

    /// The header, parsed.
    ///
    /// # Errors
    /// As [`DecryptHandle::header`].
    pub fn header(&self) -> Result<Header<'_>> {
        self.handle.header()
    }

    /// The source of the ciphertext.
    pub const fn get_ref(&self) -> &R {
        &self.source
    }

    /// Returns the source of the ciphertext.
    pub fn into_inner(self) -> R {
        self.source
    }

    /// Reads the plaintext at `offset` into the front of `buf` and returns the number of bytes. It
    /// is less than the length of `buf` only at the end.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Authentication`] for a modified chunk, and `buf` is zeroed.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let rest = usize::try_from(self.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buf.len().min(rest);
        let Some(buf) = buf.get_mut(..wanted) else { return Ok(0) };
        let read = self.read_inside(buf, offset);
        if read.is_err() {
            buf.fill(0);
        }
        read.map(|()| wanted)
    }

    /// Fills `buf` with the plaintext from `offset` on.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the range ends after the plaintext; as
    /// [`PositionalReader::read_at`].
    pub fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        if offset.checked_add(buf.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(Error::InvalidArgument("the range ends behind the plaintext"));
        }
        self.read_at(buf, offset).map(|_| ())
    }

    /// Reads a range that is within the plaintext.
    fn read_inside(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        if buf.len() <= self.window_len {
            self.read_window(buf, offset)
        } else {
            self.read_large(buf, offset)
        }
    }

    /// Reads windows that end at chunk boundaries, on as many threads as the host allows.
    fn read_large(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        let threads = thread_count(self.threads, (buf.len() / CHUNK_LEN) as u64);
        let first = (self.window_len - chunk_of(offset).offset).min(buf.len());
        let (head, tail) = buf.split_at_mut_checked(first).unwrap_or_default();
        let starts = (offset.saturating_add(first as u64)..).step_by(self.window_len);
        let windows =
            std::iter::once((offset, head)).chain(starts.zip(tail.chunks_mut(self.window_len)));
        let read =
            |(): &mut (), (offset, window): (u64, &mut [u8])| self.read_window(window, offset);
        for_each_run(threads, windows, || (), read, || Ok(()))
    }

    fn read_window(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        let mut scratch = self.pool.take(chunk_of(offset).index);
        let read = self.read_with(&mut scratch, buf, offset);
        self.pool.give_back(scratch);
        read
    }

    /// Takes bytes from the kept chunk, then reads the rest in one I/O.
    fn read_with(&self, scratch: &mut Scratch, buf: &mut [u8], offset: u64) -> Result<()> {
        let position = chunk_of(offset);
        let kept = scratch.kept(position.index).get(position.offset..).unwrap_or_default();
        let from_kept = kept.len().min(buf.len());
        let (head, rest) = buf.split_at_mut_checked(from_kept).unwrap_or_default();
        copy_front(kept, head);
        if rest.is_empty() { Ok(()) } else { self.fetch(scratch, rest, offset + from_kept as u64) }
    }

    fn fetch(&self, scratch: &mut Scratch, buf: &mut [u8], offset: u64) -> Result<()> {
        let range = self.opener.body_range(offset..offset.saturating_add(buf.len() as u64))?;
        let mut sealed = scratch.take_sealed(len_of(&range));
        let fetched =
            read_exact_at(&self.source, &mut sealed, self.body_offset.saturating_add(range.start));
        let opened = fetched
            .map_err(Error::from)
            .and_then(|()| self.open_chunks(scratch, &sealed, buf, offset));
        scratch.put_sealed(sealed);
        opened
    }

    /// Opens whole chunks directly into the output, and partial chunks through the scratch buffer.
    fn open_chunks(
        &self,
        scratch: &mut Scratch,
        sealed: &[u8],
        buf: &mut [u8],
        offset: u64,
    ) -> Result<()> {
        let ChunkPosition { mut index, offset: mut skip } = chunk_of(offset);
        let mut rest = buf;
        for chunk in sealed.chunks(SEALED_CHUNK_LEN) {
            let held = chunk.len().saturating_sub(TAG_LEN);
            let take = held.saturating_sub(skip).min(rest.len());
            let (slot, tail) = rest.split_at_mut_checked(take).unwrap_or_default();
            let start = index * CHUNK_LEN as u64;
            if take == held {
                self.opener.open_range(start, chunk, slot)?;
            } else {
                let room = scratch.forget(held);
                self.opener.open_range(start, chunk, room)?;
                scratch.keep(index, held);
                slot.copy_from_slice(scratch.kept(index).get(skip..skip + take).ok_or(MISFIT)?);
            }
            (rest, skip, index) = (tail, 0, index + 1);
        }
        if rest.is_empty() { Ok(()) } else { Err(MISFIT) }
    }
}

impl<R> std::fmt::Debug for PositionalReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PositionalReader")
            .field("handle", &self.handle)
            .field("len", &self.opener.plaintext_len())
            .finish_non_exhaustive()
    }
}

const MISFIT: Error = Error::InvalidArgument("buffer lengths do not fit");

fn len_of(range: &Range<u64>) -> usize {
    usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX)
}
