//! Parallel sealing and opening of the body of a file. Each thread reads, transforms and writes
//! runs of chunks.

#[cfg(test)]
mod faults;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::aligned::Aligned;
use super::failed;
use super::options::FileOptions;
use super::write_at::WriteAt;
use crate::error::{Error, Result};
use crate::format::chunked::{CHUNK_LEN, Cipher, PREFIX_LEN, SEALED_CHUNK_LEN, TAG_LEN};
use crate::os::read_at::{ReadAt, read_exact_at};
use crate::os::workers::{for_each_run, run_chunks, thread_count};

/// A body and its offset in the file.
pub(super) struct Body<'a> {
    cipher: &'a Cipher,
    offset: u64,
    plaintext_len: u64,
    file: &'a FileOptions<'a>,
    turn: Mutex<()>,
}

/// Buffers of one thread.
struct Buffers {
    plaintext: Aligned,
    sealed: Aligned,
}

/// The byte ranges of a run in plaintext and body. The last run may end with an empty chunk.
struct Run {
    first: u64,
    plaintext: (u64, usize),
    sealed: (u64, usize),
}

impl<'a> Body<'a> {
    /// A body that starts at `offset` in the envelope's file.
    pub(super) const fn new(
        cipher: &'a Cipher,
        offset: u64,
        plaintext_len: u64,
        file: &'a FileOptions<'a>,
    ) -> Self {
        Body { cipher, offset, plaintext_len, file, turn: Mutex::new(()) }
    }

    /// Seals plaintext from `source` into `target`; the prefix is not written.
    pub(super) fn seal(&self, source: &impl ReadAt, target: &impl WriteAt) -> Result<()> {
        self.transform(|buffers, run| {
            let plaintext =
                buffers.plaintext.part(run.plaintext.0, run.plaintext.1).ok_or(MISFIT)?;
            let sealed = buffers.sealed.part(run.sealed.0, run.sealed.1).ok_or(MISFIT)?;
            read_exact_at(source, plaintext, run.plaintext.0)
                .map_err(failed("cannot read the source"))?;
            self.seal_run(run.first, plaintext, sealed)?;
            self.write(target, sealed, run.sealed.0)
        })
    }

    /// Opens chunks from `source` into `target`, which already has its final length. The prefix was
    /// checked before.
    pub(super) fn open(&self, source: &impl ReadAt, target: &impl WriteAt) -> Result<()> {
        self.transform(|buffers, run| {
            let plaintext =
                buffers.plaintext.part(run.plaintext.0, run.plaintext.1).ok_or(MISFIT)?;
            let sealed = buffers.sealed.part(run.sealed.0, run.sealed.1).ok_or(MISFIT)?;
            read_exact_at(source, sealed, run.sealed.0)
                .map_err(failed("cannot read the source"))?;
            self.cipher.open_run(run.first, sealed, plaintext)?;
            // The file already has its final length, so unwritten parts read as zeros.
            self.file.sparse.write_around(plaintext, |bytes, at| {
                self.write(target, bytes, run.plaintext.0.saturating_add(at as u64))
            })
        })
    }

    /// One thread at a time: the kernel admits one writer to a file, and the others would spin.
    fn write(&self, target: &impl WriteAt, bytes: &[u8], offset: u64) -> Result<()> {
        let _turn = self.turn.lock();
        target.write_all_at(bytes, offset).map_err(failed("cannot write the target"))
    }

    /// Full chunks, then the short one if this run ends the message.
    fn seal_run(&self, first: u64, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
        let full = plaintext.len() / CHUNK_LEN;
        let bounds = plaintext
            .split_at_checked(full * CHUNK_LEN)
            .zip(sealed.split_at_mut_checked(full * SEALED_CHUNK_LEN));
        let ((run, last), (sealed_run, sealed_last)) = bounds.ok_or(MISFIT)?;
        self.cipher.seal_run(first, run, sealed_run)?;
        if sealed_last.is_empty() {
            return Ok(());
        }
        self.cipher.seal_chunk(first.saturating_add(full as u64), last, sealed_last)
    }

    fn transform(&self, work: impl Fn(&mut Buffers, &Run) -> Result<()> + Sync) -> Result<()> {
        let chunks = self.plaintext_len / CHUNK_LEN as u64 + 1;
        let threads = thread_count(self.file.threads, chunks);
        let run_chunks = run_chunks(threads).min(chunks);
        let buffers = || Buffers::new(usize::try_from(run_chunks).unwrap_or(1));
        let firsts = (0..chunks).step_by(usize::try_from(run_chunks).unwrap_or(1));
        let done = AtomicU64::new(0);
        let work = |buffers: &mut Buffers, first: u64| {
            let run = self.run(first, chunks, run_chunks);
            work(buffers, &run)?;
            done.fetch_add(run.plaintext.1 as u64, Ordering::Relaxed);
            Ok(())
        };
        let report = || self.file.report(done.load(Ordering::Relaxed), self.plaintext_len);
        for_each_run(threads, firsts, buffers, work, report)?;
        self.file.report(self.plaintext_len, self.plaintext_len)
    }

    fn run(&self, first: u64, chunks: u64, run_chunks: u64) -> Run {
        let count = run_chunks.min(chunks - first);
        let start = first * CHUNK_LEN as u64;
        let len = (count * CHUNK_LEN as u64).min(self.plaintext_len - start);
        let sealed_start = self.offset + PREFIX_LEN as u64 + first * SEALED_CHUNK_LEN as u64;
        let sealed_len = len + count * TAG_LEN as u64;
        let usize_of = |len| usize::try_from(len).unwrap_or(usize::MAX);
        Run {
            first,
            plaintext: (start, usize_of(len)),
            sealed: (sealed_start, usize_of(sealed_len)),
        }
    }
}

const MISFIT: Error = Error::InvalidArgument("buffer lengths do not fit");

impl Buffers {
    fn new(chunks: usize) -> Self {
        Buffers {
            plaintext: Aligned::new(chunks * CHUNK_LEN),
            sealed: Aligned::new(chunks * SEALED_CHUNK_LEN),
        }
    }
}
