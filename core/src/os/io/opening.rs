//! The buffer between an inner reader and a decryptor, shared by blocking and async readers.

use super::BUFFER_LEN;
use crate::engine::decrypt::Decryptor;
use crate::error::{Error, Result};
use crate::format::progress::Status;
use crate::os::process::OwnProcess;

/// A decryptor with an input buffer.
pub(in crate::os) struct Opening {
    pub(in crate::os) decryptor: Decryptor,
    sealed: Vec<u8>,
    /// The part of `sealed` that is filled and not decrypted yet.
    start: usize,
    end: usize,
    pub(super) process: OwnProcess,
}

impl Opening {
    pub(in crate::os) fn new(decryptor: Decryptor) -> Self {
        let (sealed, process) = (vec![0; BUFFER_LEN], OwnProcess::new());
        Opening { decryptor, sealed, start: 0, end: 0, process }
    }

    /// Writes plaintext to `out` and returns the number of bytes, 0 at the end. `None` if more of
    /// the envelope must be read first.
    pub(in crate::os) fn read(&mut self, out: &mut [u8]) -> Result<Option<usize>> {
        self.process.check()?;
        if out.is_empty() {
            return Ok(Some(0));
        }
        loop {
            match self.step(out)? {
                (written, _) if written > 0 => return Ok(Some(written)),
                (_, Status::Done) => return Ok(Some(0)),
                (_, Status::NeedInput) => return Ok(None),
                (_, Status::NeedKey) => {
                    return Err(Error::InvalidState("the DEK was not provided"));
                }
                (_, Status::NeedOutput) => {}
            }
        }
    }

    /// Whether more of the envelope must be read to complete its header.
    pub(in crate::os) fn lacks_header(&mut self) -> Result<bool> {
        Ok(self.step(&mut [])?.1 == Status::NeedInput)
    }

    fn step(&mut self, out: &mut [u8]) -> Result<(usize, Status)> {
        let input = self.sealed.get(self.start..self.end).unwrap_or_default();
        let progress = self.decryptor.process(input, out)?;
        self.start += progress.read;
        Ok((progress.written, progress.status))
    }

    /// Room for more of the envelope. The buffer must be empty.
    pub(in crate::os) fn room(&mut self) -> &mut [u8] {
        (self.start, self.end) = (0, 0); // also if the read fails
        &mut self.sealed
    }

    /// Records how much of the room was filled; 0 is the end of the envelope.
    pub(in crate::os) fn filled(&mut self, len: usize) {
        self.end = len.min(self.sealed.len());
        if len == 0 {
            self.decryptor.end_input();
        }
    }
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("decryptor", &self.decryptor).finish_non_exhaustive()
    }
}
