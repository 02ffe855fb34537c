//! A pool of scratch buffers. Each keeps the chunk that it opened last.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::format::chunked::{CHUNK_LEN, SEALED_CHUNK_LEN};

/// Most buffers in the pool.
const KEPT: usize = 8;
/// Largest buffer for sealed bytes that is kept, in bytes.
const KEPT_SEALED_LEN: usize = 64 * SEALED_CHUNK_LEN;

/// An index that no chunk has. It is not an `Option`: the compiled comparison of an `Option` also
/// reads the index of `None`, which memory checkers report.
const NO_CHUNK: u64 = u64::MAX;

/// The buffers of one read.
pub(super) struct Scratch {
    /// Room for sealed bytes; its content has no meaning between reads.
    sealed: Vec<u8>,
    /// Plaintext of the chunk `index`, in its first `len` bytes.
    chunk: Zeroizing<Vec<u8>>,
    index: u64,
    len: usize,
}

impl Scratch {
    fn new() -> Self {
        let chunk = Zeroizing::new(vec![0; CHUNK_LEN]);
        Scratch { sealed: Vec::new(), chunk, index: NO_CHUNK, len: 0 }
    }

    /// Room for `len` sealed bytes, with arbitrary content.
    pub(super) fn take_sealed(&mut self, len: usize) -> Vec<u8> {
        let mut sealed = std::mem::take(&mut self.sealed);
        sealed.resize(len, 0);
        sealed
    }

    /// Keeps the room for next time, unless it is large.
    pub(super) fn put_sealed(&mut self, sealed: Vec<u8>) {
        if sealed.capacity() <= KEPT_SEALED_LEN {
            self.sealed = sealed;
        }
    }

    /// The plaintext of the chunk `index` if it is kept; otherwise an empty slice.
    pub(super) fn kept(&self, index: u64) -> &[u8] {
        let len = if self.index == index { self.len } else { 0 };
        self.chunk.get(..len).unwrap_or_default()
    }

    /// Room for the plaintext of a chunk. Discards the kept one.
    pub(super) fn forget(&mut self, len: usize) -> &mut [u8] {
        self.index = NO_CHUNK;
        self.chunk.get_mut(..len).unwrap_or_default()
    }

    /// Records that the first `len` bytes of the room hold the authenticated chunk `index`.
    pub(super) const fn keep(&mut self, index: u64, len: usize) {
        self.index = index;
        self.len = len;
    }
}

/// A stack of scratch buffers. The next read gets the one that was used last, which most likely
/// holds the wanted chunk. The lock is held only for push and pop, never while bytes are read or
/// opened.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    /// Takes a scratch buffer, if possible one that holds the chunk `index`.
    pub(super) fn take(&self, index: u64) -> Scratch {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let holding = kept.iter().rposition(|scratch| scratch.index == index);
        let scratch = match holding {
            Some(position) => Some(kept.remove(position)),
            None => kept.pop(),
        };
        drop(kept);
        scratch.unwrap_or_else(Scratch::new)
    }

    /// Returns a scratch buffer for the next read.
    pub(super) fn give_back(&self, scratch: Scratch) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(scratch);
        }
    }
}
