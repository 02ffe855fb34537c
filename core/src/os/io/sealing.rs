//! What is read of a plaintext, on its way to the encryptor: the same for every kind of reader.

use std::io::{Cursor, Read as _};

use zeroize::Zeroizing;

use super::BUFFER_LEN;
use super::held::Held;
use crate::engine::encrypt::Encryptor;
use crate::error::{Error, Result};
use crate::format::chunked::SEALED_CHUNK_LEN;
use crate::format::progress::{Progress, Status};
use crate::os::process::OwnProcess;

/// An encryptor with a buffer in front.
pub(in crate::os) struct Sealing {
    pub(super) encryptor: Encryptor,
    /// The start of the envelope, while its header may still be a short one.
    held: Option<Held>,
    /// The same once it may leave, and how much of it has left.
    start_of_envelope: Cursor<Vec<u8>>,
    plaintext: Zeroizing<Vec<u8>>,
    /// What of `plaintext` is filled and not encrypted yet.
    start: usize,
    end: usize,
    pub(super) process: OwnProcess,
}

impl Sealing {
    /// Takes an encryptor that has its wrapped keys.
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

    /// Puts some of the envelope into `out` and says how much, 0 at the end; `None` if more of the
    /// plaintext must be read before.
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

    /// Goes on until it is known how the envelope starts; false if more plaintext is needed for that.
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

    /// Takes some of the buffered plaintext and puts into `out` what comes of it.
    fn step(&mut self, out: &mut [u8]) -> Result<Progress> {
        let input = self.plaintext.get(self.start..self.end).unwrap_or_default();
        let progress = self.encryptor.process(input, out)?;
        self.start += progress.read;
        if progress.status == Status::NeedKey {
            return Err(Error::InvalidState("no wrapped key was added"));
        }
        Ok(progress)
    }

    /// Room for more plaintext, all of which was taken.
    pub(in crate::os) fn room(&mut self) -> &mut [u8] {
        (self.start, self.end) = (0, 0); // also if the read fails
        &mut self.plaintext
    }

    /// Says how much of the room was filled; 0 is the end of the plaintext.
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
