//! Large messages into and out of memory that other threads may change.
//!
//! Such memory is never handed to the core. A piece is copied while the interpreter lock is held,
//! the core works on the copy without the lock, and the result is copied back under it.

use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};
use sealwax::chunked::{CHUNK_LEN, SEALED_CHUNK_LEN};
use sealwax::{DecryptHandle, DecryptOptions, Decryptor, EncryptHandle, Encryptor, Progress};
use sealwax::{Status, SysRng};

use crate::data::{Data, Output, view_of};
use crate::errors;

/// Chunks in a piece at first: it fits the processor's own cache, so that copying costs little.
const FIRST_CHUNKS: usize = 16;
/// Chunks in a piece at most.
const MOST_CHUNKS: usize = 1024;
/// Whoever waits longer for the lock has a busy neighbour, and asks for it half as often.
const LONG_WAIT: Duration = Duration::from_millis(1);

/// Whether a message is so short that one copy of it all is best.
pub(crate) const fn is_small(len: usize) -> bool {
    len <= FIRST_CHUNKS * SEALED_CHUNK_LEN
}

/// A state machine of the core.
enum Machine {
    Seal(Encryptor),
    Open(Decryptor),
}

impl Machine {
    fn process(&mut self, input: &[u8], output: &mut [u8]) -> sealwax::Result<Progress> {
        match self {
            Machine::Seal(machine) => machine.process(input, output),
            Machine::Open(machine) => machine.process(input, output),
        }
    }

    fn end_input(&mut self) {
        match self {
            Machine::Seal(machine) => machine.end_input(),
            Machine::Open(machine) => machine.end_input(),
        }
    }
}

/// Moves one message through the core piece by piece.
pub(crate) struct Pump<'py> {
    py: Python<'py>,
    machine: Machine,
    chunks: usize,
}

impl<'py> Pump<'py> {
    /// Encrypts a message of this handle.
    pub(crate) fn sealing(
        py: Python<'py>,
        handle: &EncryptHandle,
        associated_data: &[u8],
    ) -> PyResult<Self> {
        let machine = handle.encryptor(associated_data, &mut SysRng);
        let machine = machine.map_err(|error| errors::to_py(py, error))?;
        Ok(Pump { py, machine: Machine::Seal(machine), chunks: FIRST_CHUNKS })
    }

    /// Decrypts a body of this handle.
    fn opening(py: Python<'py>, handle: &DecryptHandle, associated_data: &[u8]) -> PyResult<Self> {
        let options = DecryptOptions::new().associated_data(associated_data);
        let machine =
            Decryptor::with_header(handle.header_bytes(), &options).and_then(|mut machine| {
                machine.provide_dek(handle.dek().duplicate())?;
                Ok(machine)
            });
        let machine = machine.map_err(|error| errors::to_py(py, error))?;
        Ok(Pump { py, machine: Machine::Open(machine), chunks: FIRST_CHUNKS })
    }

    /// From memory that may change to a slice of ours that holds the whole result.
    pub(crate) fn run_into_slice(
        &mut self,
        view: &Bound<'py, PyMemoryView>,
        out: &mut [u8],
    ) -> PyResult<()> {
        let (len, mut start, mut written) = (view.len()?, 0, 0);
        loop {
            let end = len.min(start + self.chunks * CHUNK_LEN);
            let piece = Data::piece(view, start, end)?;
            let free = out.get_mut(written..).unwrap_or_default();
            let progress = self.step(piece.as_bytes(), end == len, free)?;
            start += progress.read;
            written += progress.written;
            if progress.status == Status::Done {
                return Ok(());
            }
        }
    }

    /// From any memory to the caller's buffer, which is long enough; returns the length.
    pub(crate) fn run_into_buffer(
        &mut self,
        data: &Data<'py>,
        out: &Output<'py>,
    ) -> PyResult<usize> {
        match data {
            Data::Bytes(bytes) => self.run_bytes_into_buffer(bytes, out),
            Data::View(view) => self.run_view_into_buffer(view, out),
        }
    }

    fn run_bytes_into_buffer(&mut self, input: &[u8], out: &Output<'py>) -> PyResult<usize> {
        let (mut rest, mut written) = (input, 0);
        loop {
            let (progress, piece) = self.piece(rest, true)?;
            rest = rest.get(progress.read..).unwrap_or_default();
            out.write(written, &piece)?;
            written += progress.written;
            if progress.status == Status::Done {
                return Ok(written);
            }
        }
    }

    fn run_view_into_buffer(
        &mut self,
        view: &Bound<'py, PyMemoryView>,
        out: &Output<'py>,
    ) -> PyResult<usize> {
        let (len, mut start, mut written) = (view.len()?, 0, 0);
        loop {
            let end = len.min(start + self.chunks * CHUNK_LEN);
            let input = Data::piece(view, start, end)?;
            let (progress, piece) = self.piece(input.as_bytes(), end == len)?;
            start += progress.read;
            out.write(written, &piece)?;
            written += progress.written;
            if progress.status == Status::Done {
                return Ok(written);
            }
        }
    }

    /// One piece of output in memory of its own.
    fn piece(&mut self, input: &[u8], is_last: bool) -> PyResult<(Progress, Bound<'py, PyAny>)> {
        let (py, mut done) = (self.py, None);
        let piece = PyBytes::new_with(py, self.chunks * SEALED_CHUNK_LEN, |out| {
            done = Some(self.step(input, is_last, out)?);
            Ok(())
        })?;
        let Some(progress) = done else {
            return Err(errors::to_py(py, sealwax::Error::InvalidState("a piece got lost")));
        };
        Ok((progress, view_of(piece.as_any(), progress.written)?))
    }

    /// One call of the core, without the interpreter lock.
    fn step(&mut self, input: &[u8], is_last: bool, out: &mut [u8]) -> PyResult<Progress> {
        let py = self.py;
        let machine = &mut self.machine;
        let (result, end) =
            py.detach(|| (process_all(machine, input, is_last, out), Instant::now()));
        if end.elapsed() > LONG_WAIT {
            self.chunks = MOST_CHUNKS.min(self.chunks * 2);
        }
        result.map_err(|error| errors::to_py(py, error))
    }
}

/// Processes until the machine wants what this call does not have.
fn process_all(
    machine: &mut Machine,
    input: &[u8],
    is_last: bool,
    out: &mut [u8],
) -> sealwax::Result<Progress> {
    let mut progress = machine.process(input, out)?;
    if is_last && progress.status == Status::NeedInput && progress.read == input.len() {
        machine.end_input();
        let more = machine.process(&[], out.get_mut(progress.written..).unwrap_or_default())?;
        progress.written += more.written;
        progress.status = more.status;
    }
    Ok(progress)
}

/// Decrypts a body into the caller's buffer; after an error nothing of it stays there.
pub(crate) fn open_into_buffer<'py>(
    py: Python<'py>,
    handle: &DecryptHandle,
    body: &[u8],
    out: &Output<'py>,
    associated_data: &[u8],
) -> PyResult<usize> {
    let mut pump = Pump::opening(py, handle, associated_data)?;
    let result = pump.run_bytes_into_buffer(body, out);
    if result.is_err() {
        out.clear()?;
    }
    result
}
