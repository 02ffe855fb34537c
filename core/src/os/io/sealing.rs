//! The buffer between an inner reader and an encryptor, shared by blocking and async readers.

use std::io::{Cursor, Read as _};

use zeroize::Zeroizing;

use super::BUFFER_LEN;
use super::held::Held;
use crate::engine::encrypt::Encryptor;
use crate::error::{Error, Result};
use crate::format::chunked::SEALED_CHUNK_LEN;
use crate::format::progress::{Progress, Status};
use crate::os::process::OwnProcess;

/// An encryptor with an input buffer.
pub(in crate::os) struct Sealing {
    pub(super) encryptor: Encryptor,
    /// The withheld start of the envelope, while it is unknown whether the header is padded.
    held: Option<Held>,
    /// The start of the envelope after that, and how much of it was returned.
    start_of_envelope: Cursor<Vec<u8>>,
    plaintext: Zeroizing<Vec<u8>>,
    /// The part of `plaintext` that is filled and not encrypted yet.
    start: usize,
    end: usize,
    pub(super) process: OwnProcess,
}

impl Sealing {
    /// An adapter for an encryptor that has its wrapped keys.
    pub(in crate::os) fn new(mut encryptor: Encryptor) -> Self {
        Sealing {
            held: Held::of(&mut encryptor),
            encryptor,
            start_of_envelope: Cursor::default(),
            plaintext: Zeroizing::new(vec![0; BUFFER_LEN]),
            start: 0,
            end: 0,
            process: OwnProcess::new(),
        }
    }

    /// Writes some of the envelope to `out` and returns the number of bytes, 0 at the end. `None`
    /// if more of the plaintext must be read first.
    pub(in crate::os) fn read(&mut self, out: &mut [u8]) -> Result<Option<usize>> {
        self.process.check()?;
        if out.is_empty() {
            return Ok(Some(0));
        }
        if !self.settle_start()? {
            return Ok(None);
        }
        let taken = self.start_of_envelope.read(out)?;
        if taken > 0 {
            return Ok(Some(taken));
        }
        self.start_of_envelope = Cursor::default();
        loop {
            let progress = self.step(out)?;
            match progress.status {
                _ if progress.written > 0 => return Ok(Some(progress.written)),
                Status::Done => return Ok(Some(0)),
                Status::NeedInput => return Ok(None),
                _ => {}
            }
        }
    }

    /// Continues until the start of the envelope is known. False if that needs more plaintext.
    fn settle_start(&mut self) -> Result<bool> {
        if self.held.is_none() {
            return Ok(true);
        }
        let mut sealed = vec![0; SEALED_CHUNK_LEN];
        loop {
            let progress = self.step(&mut sealed)?;
            if let Some(held) = &mut self.held {
                held.add(progress.read, sealed.get(..progress.written).unwrap_or_default());
            }
            let has_ended = progress.status == Status::Done;
            if let Some(held) = self.held.take_if(|held| has_ended || held.is_long()) {
                self.start_of_envelope = Cursor::new(held.into_start(has_ended)?);
                return Ok(true);
            }
            if progress.status == Status::NeedInput {
                return Ok(false);
            }
        }
    }

    /// Encrypts some of the buffered plaintext into `out`.
    fn step(&mut self, out: &mut [u8]) -> Result<Progress> {
        let input = self.plaintext.get(self.start..self.end).unwrap_or_default();
        let progress = self.encryptor.process(input, out)?;
        self.start += progress.read;
        if progress.status == Status::NeedKey {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        Ok(progress)
    }

    /// Room for more plaintext. The buffer must be empty.
    pub(in crate::os) fn room(&mut self) -> &mut [u8] {
        (self.start, self.end) = (0, 0); // also if the read fails
        &mut self.plaintext
    }

    /// Records how much of the room was filled; 0 is the end of the plaintext.
    pub(in crate::os) fn filled(&mut self, len: usize) {
        self.end = len.min(self.plaintext.len());
        if len == 0 {
            self.encryptor.end_input();
        }
    }
}

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealing").field("encryptor", &self.encryptor).finish_non_exhaustive()
    }
}
