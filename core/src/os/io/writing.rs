//! The buffer between an encryptor and an inner writer, shared by blocking and async writers.

use super::BUFFER_LEN;
use super::held::Held;
use crate::engine::encrypt::Encryptor;
use crate::error::{Error, Result};
use crate::format::progress::Status;
use crate::os::process::OwnProcess;

/// An encryptor with an output buffer.
pub(in crate::os) struct Writing {
    pub(super) encryptor: Encryptor,
    /// The withheld start of the envelope, while it is unknown whether the header is padded.
    held: Option<Held>,
    /// Output: the start of the envelope, or the bytes after it.
    start: Option<Vec<u8>>,
    sealed: Vec<u8>,
    /// The part of the output that is not written yet.
    from: usize,
    to: usize,
    /// Whether the inner writer failed. It is then unknown how much it took.
    pub(in crate::os) failed: bool,
    pub(super) process: OwnProcess,
}

impl Writing {
    /// An adapter for an encryptor that has its wrapped keys.
    pub(in crate::os) fn new(mut encryptor: Encryptor) -> Self {
        let (sealed, process) = (vec![0; BUFFER_LEN], OwnProcess::new());
        let (held, start) = (Held::of(&mut encryptor), None);
        Writing { encryptor, held, start, sealed, from: 0, to: 0, failed: false, process }
    }

    /// Refuses to continue in another process, or after a failure.
    pub(in crate::os) fn check(&self) -> Result<()> {
        self.process.check()?;
        if self.failed { Err(Error::InvalidState("the writer has failed before")) } else { Ok(()) }
    }

    /// Encrypts some plaintext. No output may be pending before; the new output is pending
    /// afterwards.
    pub(in crate::os) fn take(&mut self, plaintext: &[u8]) -> Result<(usize, Status)> {
        let progress = self.encryptor.process(plaintext, &mut self.sealed)?;
        if progress.status == Status::NeedKey {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        match &mut self.held {
            Some(held) => {
                held.add(progress.read, self.sealed.get(..progress.written).unwrap_or_default());
            }
            None => self.to = progress.written,
        }
        let has_ended = progress.status == Status::Done;
        self.release(has_ended, |held| has_ended || held.is_long())?;
        Ok((progress.read, progress.status))
    }

    /// Releases the start of the envelope if it has a chunk that a reader could open.
    pub(in crate::os) fn release_chunks(&mut self) -> Result<()> {
        self.release(false, Held::has_chunk)
    }

    fn release(&mut self, has_ended: bool, may_leave: impl Fn(&Held) -> bool) -> Result<()> {
        if let Some(held) = self.held.take_if(|held| may_leave(held)) {
            let start = held.into_start(has_ended)?;
            (self.from, self.to) = (0, start.len());
            self.start = Some(start);
        }
        Ok(())
    }

    /// The output to write next.
    pub(in crate::os) fn pending(&self) -> &[u8] {
        let bytes = self.start.as_ref().unwrap_or(&self.sealed);
        bytes.get(self.from..self.to).unwrap_or_default()
    }

    /// Records how much of the pending output was written.
    pub(in crate::os) fn written(&mut self, len: usize) {
        self.from = self.from.saturating_add(len);
        if self.from >= self.to {
            (self.start, self.from, self.to) = (None, 0, 0);
        }
    }

    /// Marks the end of the plaintext.
    pub(in crate::os) fn end_input(&mut self) {
        self.encryptor.end_input();
    }
}

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writing")
            .field("encryptor", &self.encryptor)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
