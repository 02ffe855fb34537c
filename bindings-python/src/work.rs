//! Encryption and decryption of one message, from and to any kind of memory.
//!
//! Small messages and `bytes` are processed directly. The core borrows mutable memory if possible
//! (`borrowed_buffer`): if another thread changes it in the meantime, the result is useless but no
//! worse. Otherwise the memory is copied in segments. The input of a decryption is never borrowed,
//! because AES-GCM reads it twice and must decrypt the same bytes that it authenticated.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sealwax::parallel::{Sharing, Source, Target};
use sealwax::{DecryptHandle, EncryptHandle, Error, Result, SysRng, chunked};

use crate::data::{Data, Output};
use crate::fresh::Fresh;
use crate::segments::{Memory, Pace, copying_threads, cores, is_small};
use crate::{borrowed_buffer, errors, gil};

/// Shortest message that several threads share, in bytes.
pub(crate) const PARALLEL_LEN: usize = 4 << 20;

/// The operation on a message.
#[derive(Clone, Copy)]
pub(crate) enum Work<'a> {
    /// Encrypts a plaintext to an envelope.
    Seal(&'a EncryptHandle),
    /// Encrypts a plaintext to a body without a header.
    SealBody(&'a EncryptHandle),
    /// Decrypts a body.
    OpenBody(&'a DecryptHandle),
}

/// A message, and the offset of the relevant part.
pub(crate) struct Input<'a, 'py> {
    pub(crate) data: &'a Data<'py>,
    pub(crate) start: usize,
    pub(crate) associated_data: &'a [u8],
}

impl<'a, 'py> Input<'a, 'py> {
    /// A whole message.
    pub(crate) fn new(data: &'a Data<'py>, associated_data: Option<&'a [u8]>) -> Self {
        Input { data, start: 0, associated_data: associated_data.unwrap_or_default() }
    }
}

/// The memory of the result.
enum Out<'a, 'py> {
    /// Rust memory.
    Slice(&'a mut [u8]),
    /// Memory of the caller, which must be long enough.
    Buffer(&'a Output<'py>),
}

impl Work<'_> {
    /// The result as new `bytes`.
    pub(crate) fn to_bytes<'py>(
        self,
        py: Python<'py>,
        input: &Input<'_, 'py>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let len = self.output_len(py, input)?;
        if let Some(fresh) = Fresh::of(py, len)? {
            self.run(py, input, Out::Buffer(fresh.out()))?;
            return fresh.finish();
        }
        gil::new_bytes(py, len, |out| match input.data {
            Data::Bytes(bytes) if len < PARALLEL_LEN => {
                let bytes = bytes.get(input.start..).unwrap_or_default();
                py.detach(|| self.at_once(bytes, input.associated_data, out))
                    .map(drop)
                    .map_err(|error| errors::to_py(py, error))
            }
            _ => self.run(py, input, Out::Slice(out)).map(drop),
        })
    }

    /// The result into the front of the caller's buffer; returns its length.
    pub(crate) fn into_buffer<'py>(
        self,
        input: &Input<'_, 'py>,
        out: &Bound<'py, PyAny>,
    ) -> PyResult<usize> {
        let (py, out) = (out.py(), Output::from_py(out)?);
        let needed = self.output_len(py, input)?;
        if out.len()? < needed {
            return Err(errors::to_py(py, Error::BufferTooSmall { needed }));
        }
        if is_small(needed) {
            let made = self.to_bytes(py, input)?;
            gil::write(out.view(), 0, made.as_any())?;
            return Ok(needed);
        }
        let data = &input.data.apart_from(&out)?;
        self.run(py, &Input { data, ..*input }, Out::Buffer(&out))
    }

    fn output_len(self, py: Python<'_>, input: &Input<'_, '_>) -> PyResult<usize> {
        let len = input.data.len()?.saturating_sub(input.start) as u64;
        let len = match self {
            Work::Seal(handle) => handle.sealed_len(len),
            Work::SealBody(_) => chunked::sealed_len(len),
            Work::OpenBody(_) => chunked::plaintext_len(len),
        };
        Ok(usize::try_from(len.map_err(|error| errors::to_py(py, error))?)?)
    }

    /// Processes immutable bytes on this thread.
    fn at_once(self, bytes: &[u8], associated_data: &[u8], out: &mut [u8]) -> Result<usize> {
        match self {
            Work::Seal(handle) => handle.encrypt_into(bytes, associated_data, out, &mut SysRng),
            Work::SealBody(handle) => {
                handle.encrypt_body_into(bytes, associated_data, out, &mut SysRng)
            }
            Work::OpenBody(handle) => handle.decrypt_body_into(bytes, associated_data, out),
        }
    }

    /// Processes segments; returns the length of the result. After an error no plaintext stays in
    /// the caller's memory.
    fn run<'py>(
        self,
        py: Python<'py>,
        input: &Input<'_, 'py>,
        out: Out<'_, 'py>,
    ) -> PyResult<usize> {
        let pace = Pace::new(py)?;
        let (mut lent, memory) = match &out {
            Out::Slice(_) => (None, None),
            Out::Buffer(output) => match borrowed_buffer::writable(output.view()) {
                Some(array) => (Some(array), None),
                None => (None, Some(Memory::new(output.view(), 0, &pace)?)),
            },
        };
        let target = match (out, &mut lent, &memory) {
            (Out::Slice(out), ..) => Target::Slice(out),
            (_, Some(array), _) => Target::Slice(array.as_slice_mut()?),
            (.., Some(memory)) => Target::Sink(memory),
            _ => return Err(errors::invalid(py, "no buffer")),
        };
        let done = self.read(py, &pace, input, target)?;
        if let (Err(_), Work::OpenBody(_), Some(memory)) = (&done, self, &memory) {
            memory.clear(py)?;
        }
        done.map_err(|error| errors::to_py(py, error))
    }

    /// The inner result is that of the core.
    fn read<'py>(
        self,
        py: Python<'py>,
        pace: &Pace,
        input: &Input<'_, 'py>,
        target: Target<'_>,
    ) -> PyResult<Result<usize>> {
        let Input { data, start, associated_data } = *input;
        let run = |source: &[u8], target: Target<'_>| {
            let source = source.get(start..).unwrap_or_default();
            let threads =
                if matches!(target, Target::Slice(_)) { cores() } else { copying_threads() };
            py.detach(|| self.share(pace, &source, associated_data, target, threads))
        };
        let view = match data {
            Data::Bytes(bytes) => return Ok(run(bytes, target)),
            Data::View(view) => view,
        };
        if !matches!(self, Work::OpenBody(_))
            && let Some(array) = borrowed_buffer::readable(view)
        {
            return Ok(run(array.as_slice()?, target));
        }
        let source = Memory::new(view, start, pace)?;
        let threads = copying_threads();
        Ok(py.detach(|| self.share(pace, &source, associated_data, target, threads)))
    }

    fn share(
        self,
        pace: &Pace,
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
        threads: usize,
    ) -> Result<usize> {
        let threads = if source.len() < PARALLEL_LEN { 1 } else { threads };
        let segment_len = || pace.len();
        let sharing = Sharing::new(threads, &segment_len);
        match self {
            Work::Seal(handle) => sharing.encrypt(handle, source, associated_data, target),
            Work::SealBody(handle) => sharing.encrypt_body(handle, source, associated_data, target),
            Work::OpenBody(handle) => sharing.decrypt_body(handle, source, associated_data, target),
        }
    }
}
