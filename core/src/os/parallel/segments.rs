//! Messages in memory that cannot be borrowed, such as that of an interpreter: segments are copied
//! on request.

use std::mem;
use std::ops::Range;

use crate::crypto::rng::SysRng;
use crate::engine::decrypt::DecryptHandle;
use crate::engine::encrypt::EncryptHandle;
use crate::error::{Error, Result};
use crate::format::chunked::{
    CHUNK_LEN, Cipher, PREFIX_LEN, Prefix, SEALED_CHUNK_LEN, TAG_LEN, plaintext_len, sealed_len,
};
use crate::os::workers::{for_each_run, thread_count};
use rand_core::TryCryptoRng;

const LENGTHS: Error = Error::InvalidArgument("buffer lengths do not fit");

/// The source of a message, read by any thread.
pub trait Source: Sync {
    /// A segment that does not change any more.
    type Segment: AsRef<[u8]> + Sync;

    /// Length of the message in bytes.
    fn len(&self) -> usize;

    /// Whether there are no bytes in it.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range within the length. No byte is requested twice.
    ///
    /// # Errors
    /// Any error of the host; it ends the operation.
    fn segment(&self, range: Range<usize>) -> Result<Self::Segment>;
}

impl<'a> Source for &'a [u8] {
    type Segment = &'a [u8];

    fn len(&self) -> usize {
        <[u8]>::len(self)
    }

    fn segment(&self, range: Range<usize>) -> Result<&'a [u8]> {
        self.get(range).ok_or(LENGTHS)
    }
}

/// The target of the result, written by any thread and in any order.
pub trait Sink: Sync {
    /// Lets `work` write `len` bytes, and copies them to `offset`.
    ///
    /// # Errors
    /// That of `work`, or any error of the host; it ends the operation.
    fn fill(&self, offset: usize, len: usize, work: Fill<'_>) -> Result<()>;
}

/// A function that fills the memory that it gets.
pub type Fill<'a> = &'a mut (dyn FnMut(&mut [u8]) -> Result<()> + Send);

/// The target of the result.
#[non_exhaustive]
pub enum Target<'a> {
    /// The front of a slice.
    Slice(&'a mut [u8]),
    /// Memory of the host, which must be long enough.
    Sink(&'a dyn Sink),
}

/// Shows no contents, because the memory may hold plaintext.
impl core::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Target::Slice(out) => f.debug_struct("Slice").field("len", &out.len()).finish(),
            Target::Sink(_) => f.write_str("Sink"),
        }
    }
}

/// How the work is shared between threads.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Sharing<'a> {
    /// Number of threads, 0 for every core.
    pub threads: usize,
    /// Plaintext of the next segment, in bytes; rounded to whole chunks.
    pub segment_len: &'a (dyn Fn() -> usize + Sync),
}

impl core::fmt::Debug for Sharing<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sharing").field("threads", &self.threads).finish_non_exhaustive()
    }
}

impl<'a> Sharing<'a> {
    /// Work for this many threads, 0 for every core, with this much plaintext per segment.
    pub const fn new(threads: usize, segment_len: &'a (dyn Fn() -> usize + Sync)) -> Self {
        Sharing { threads, segment_len }
    }

    /// Encrypts a message; returns the length of the envelope in bytes.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] for a slice shorter than [`EncryptHandle::sealed_len`],
    /// [`Error::Randomness`]; the errors of the source and the sink.
    pub fn encrypt(
        &self,
        handle: &EncryptHandle,
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
    ) -> Result<usize> {
        self.encrypt_with(handle, source, associated_data, target, &mut SysRng)
    }

    pub(super) fn encrypt_with<R: TryCryptoRng + ?Sized>(
        &self,
        handle: &EncryptHandle,
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
        rng: &mut R,
    ) -> Result<usize> {
        self.seal(handle, handle.header(), source, associated_data, target, rng)
    }

    /// Encrypts a message without its header, which is stored elsewhere; returns the length of the
    /// body in bytes.
    ///
    /// # Errors
    /// As [`Sharing::encrypt`].
    pub fn encrypt_body(
        &self,
        handle: &EncryptHandle,
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
    ) -> Result<usize> {
        self.seal(handle, &[], source, associated_data, target, &mut SysRng)
    }

    /// Writes `header`, which may be empty, and then the body of a message.
    pub(super) fn seal<R: TryCryptoRng + ?Sized>(
        &self,
        handle: &EncryptHandle,
        header: &[u8],
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
        rng: &mut R,
    ) -> Result<usize> {
        let len = source.len();
        let needed = sealed_len(len as u64)?.saturating_add(header.len() as u64);
        let needed = usize::try_from(needed).unwrap_or(usize::MAX);
        let mut target = target.cut(needed)?;
        let (prefix, schedule) = handle.body_schedule(associated_data, rng)?;
        target.take(header.len() + PREFIX_LEN)?.fill(&mut |slot| {
            let parts = slot.split_at_mut_checked(header.len()).ok_or(LENGTHS)?;
            parts.0.copy_from_slice(header);
            parts.1.copy_from_slice(&prefix.to_bytes());
            Ok(())
        })?;
        let cipher: Cipher = Cipher::new(&schedule);
        let cuts = Cuts::new(Way::Seal, len, 0, target, self.segment_len);
        self.run(source, cuts, |first, segment, slot| seal(&cipher, first, segment, slot))?;
        Ok(needed)
    }

    /// Decrypts a body; returns the length of the plaintext in bytes.
    ///
    /// # Errors
    /// As [`DecryptHandle::decrypt_body_into`]; the error names the first modified chunk. A slice
    /// is zeroed. A sink keeps what it received before the error: it is authentic but incomplete,
    /// and the caller must wipe it.
    pub fn decrypt_body(
        &self,
        handle: &DecryptHandle,
        body: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
    ) -> Result<usize> {
        let front = body.segment(0..PREFIX_LEN.min(body.len()))?;
        let (prefix, _) = Prefix::split(front.as_ref())?;
        let cipher: Cipher = Cipher::new(&handle.body_schedule(&prefix, associated_data)?);
        let len = usize::try_from(plaintext_len(body.len() as u64)?).unwrap_or(usize::MAX);
        let open = |first, segment: &[u8], slot: &mut [u8]| cipher.open_run(first, segment, slot);
        let target = target.cut(len)?;
        let mut target = ZeroOnFailure(target);
        let cuts = Cuts::new(Way::Open, len, PREFIX_LEN, target.0.reborrow(), self.segment_len);
        self.run(body, cuts, open)?;
        target.0 = Slots::Slice(&mut []);
        Ok(len)
    }

    fn run(
        &self,
        source: &impl Source,
        cuts: Cuts<'_>,
        work: impl Fn(u64, &[u8], &mut [u8]) -> Result<()> + Sync,
    ) -> Result<()> {
        let threads = thread_count(self.threads, cuts.chunks as u64);
        let work = |(): &mut (), cut: Result<Cut<'_>>| {
            let cut = cut?;
            let segment = source.segment(cut.input)?;
            let segment = segment.as_ref();
            cut.slot.fill(&mut |slot| work(cut.first, segment, slot))
        };
        for_each_run(threads, cuts, || (), work, || Ok(()))
    }
}

/// Full chunks, then the short one if this segment ends the message; it may be empty.
fn seal(cipher: &Cipher, first: u64, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
    let full = plaintext.len() / CHUNK_LEN;
    let (run, last) = plaintext.split_at_checked(full * CHUNK_LEN).ok_or(LENGTHS)?;
    let (slots, last_slot) = sealed.split_at_mut_checked(full * SEALED_CHUNK_LEN).ok_or(LENGTHS)?;
    cipher.seal_run(first, run, slots)?;
    if last_slot.is_empty() && last.is_empty() {
        return Ok(());
    }
    cipher.seal_chunk(first.saturating_add(full as u64), last, last_slot)
}

impl<'a> Target<'a> {
    /// The first `needed` bytes.
    fn cut(self, needed: usize) -> Result<Slots<'a>> {
        match self {
            Target::Slice(out) => {
                out.get_mut(..needed).map(Slots::Slice).ok_or(Error::BufferTooSmall { needed })
            }
            Target::Sink(sink) => Ok(Slots::Sink { sink, offset: 0 }),
        }
    }
}

/// The rest of a target.
enum Slots<'a> {
    Slice(&'a mut [u8]),
    Sink { sink: &'a dyn Sink, offset: usize },
}

impl<'a> Slots<'a> {
    fn take(&mut self, len: usize) -> Result<Slot<'a>> {
        match self {
            Slots::Slice(rest) => {
                let (slot, left) = mem::take(rest).split_at_mut_checked(len).ok_or(LENGTHS)?;
                *rest = left;
                Ok(Slot::Slice(slot))
            }
            Slots::Sink { sink, offset } => {
                let slot = Slot::Sink { sink: *sink, offset: *offset, len };
                *offset += len;
                Ok(slot)
            }
        }
    }

    fn reborrow(&mut self) -> Slots<'_> {
        match self {
            Slots::Slice(rest) => Slots::Slice(rest),
            Slots::Sink { sink, offset } => Slots::Sink { sink: *sink, offset: *offset },
        }
    }
}

/// A guard that wipes plaintext on every exit but success, even if a function of the host panics.
struct ZeroOnFailure<'a>(Slots<'a>);

impl Drop for ZeroOnFailure<'_> {
    fn drop(&mut self) {
        if let Slots::Slice(out) = &mut self.0 {
            out.fill(0);
        }
    }
}

/// The target of one segment.
enum Slot<'a> {
    Slice(&'a mut [u8]),
    Sink { sink: &'a dyn Sink, offset: usize, len: usize },
}

impl Slot<'_> {
    fn fill(self, work: Fill<'_>) -> Result<()> {
        match self {
            Slot::Slice(slot) => work(slot),
            Slot::Sink { sink, offset, len } => sink.fill(offset, len, work),
        }
    }
}

#[derive(Clone, Copy)]
enum Way {
    Seal,
    Open,
}

/// A run of consecutive chunks: the index of the first, the input and the output.
struct Cut<'a> {
    first: u64,
    input: Range<usize>,
    slot: Slot<'a>,
}

/// The segments of a message. Each is cut off when a thread takes it.
struct Cuts<'a> {
    way: Way,
    next: usize,
    chunks: usize,
    plaintext_len: usize,
    /// Offset of chunk 0 in the input.
    start: usize,
    slots: Slots<'a>,
    segment_len: &'a (dyn Fn() -> usize + Sync),
}

impl<'a> Cuts<'a> {
    fn new(
        way: Way,
        plaintext_len: usize,
        start: usize,
        slots: Slots<'a>,
        segment_len: &'a (dyn Fn() -> usize + Sync),
    ) -> Self {
        let chunks = plaintext_len / CHUNK_LEN + 1;
        Cuts { way, next: 0, chunks, plaintext_len, start, slots, segment_len }
    }
}

impl<'a> Iterator for Cuts<'a> {
    type Item = Result<Cut<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, left) = (self.next, self.chunks.saturating_sub(self.next));
        if left == 0 {
            return None;
        }
        let count = ((self.segment_len)() / CHUNK_LEN).clamp(1, left);
        self.next += count;
        let plaintext = first * CHUNK_LEN..self.plaintext_len.min(self.next * CHUNK_LEN);
        let sealed_start = first * SEALED_CHUNK_LEN;
        let sealed = sealed_start..sealed_start + plaintext.len() + count * TAG_LEN;
        let (input, output) = match self.way {
            Way::Seal => (plaintext, sealed),
            Way::Open => (sealed, plaintext),
        };
        let input = self.start + input.start..self.start + input.end;
        let slot = self.slots.take(output.len());
        Some(slot.map(|slot| Cut { first: first as u64, input, slot }))
    }
}

#[cfg(test)]
mod tests;
