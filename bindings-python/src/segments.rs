//! Large messages into and out of memory that other threads may change.
//!
//! Where it can be lent, the core works on it in place: what another thread changes meanwhile
//! makes the result useless and nothing worse. Only the input of a decryption is never lent, because
//! AES-GCM reads it twice, and must decrypt the very bytes that it found authentic.
//!
//! Else the threads copy one piece at a time under the interpreter lock, work on the copy without
//! the lock, and copy the result back under it: while one thread copies, the others encrypt.

use core::ops::Range;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyMemoryView};
use sealwax::parallel::{Fill, Sharing, Sink, Source, Target};
use sealwax::{DecryptHandle, EncryptHandle, Error, Result};

use crate::data::{Data, Output};
use crate::fresh::is_for_an_event_loop;
use crate::{borrowed_buffer, errors};

/// Length of a piece at first, in bytes: all copies of it fit the processor's own cache.
const FIRST_LEN: usize = 512 << 10;
/// Length of a piece at most, in bytes.
const MOST_LEN: usize = 16 << 20;
/// The same where an event loop waits, which stands still while a piece is copied.
const MOST_LEN_BESIDE_A_LOOP: usize = 1 << 20;
/// Whoever waits longer for the lock has a busy neighbour, and asks for it half as often.
const LONG_WAIT: Duration = Duration::from_millis(1);
/// From this length on, in bytes, several threads share the work.
pub(crate) const PARALLEL_LEN: usize = 4 << 20;
/// The copies are made by one thread at a time, so more threads than this would only wait. Up to it there
/// is one thread more than cores: while one waits for the lock, every core has work.
const MOST_THREADS: usize = 4;

/// Whether a message is so short that one copy of it all is best.
pub(crate) const fn is_small(len: usize) -> bool {
    len <= FIRST_LEN
}

/// What is to be done with a message.
pub(crate) enum Work<'a> {
    Seal(&'a EncryptHandle),
    /// Of a body: the header was taken off.
    Open(&'a DecryptHandle),
}

/// Where the result goes.
pub(crate) enum Out<'a, 'py> {
    /// Memory of ours.
    Slice(&'a mut [u8]),
    /// Memory of the caller, which is long enough.
    Buffer(&'a Output<'py>),
}

impl Work<'_> {
    /// Does it with `data` from `start` on; returns the length of the result. After an error
    /// nothing of a plaintext stays in the caller's memory.
    pub(crate) fn run<'py>(
        &self,
        py: Python<'py>,
        data: &Data<'py>,
        start: usize,
        associated_data: &[u8],
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
        let done = self.read(py, &pace, data, start, associated_data, target)?;
        if let (Err(_), Work::Open(_), Some(memory)) = (&done, self, &memory) {
            memory.clear(py)?;
        }
        done.map_err(|error| errors::to_py(py, error))
    }

    /// The inner result is that of the core.
    fn read<'py>(
        &self,
        py: Python<'py>,
        pace: &Pace,
        data: &Data<'py>,
        start: usize,
        associated_data: &[u8],
        target: Target<'_>,
    ) -> PyResult<Result<usize>> {
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
        if let (Work::Seal(_), Some(array)) = (self, borrowed_buffer::readable(view)) {
            return Ok(run(array.as_slice()?, target));
        }
        let source = Memory::new(view, start, pace)?;
        let threads = copying_threads();
        Ok(py.detach(|| self.share(pace, &source, associated_data, target, threads)))
    }

    fn share(
        &self,
        pace: &Pace,
        source: &impl Source,
        associated_data: &[u8],
        target: Target<'_>,
        threads: usize,
    ) -> Result<usize> {
        let threads = if source.len() < PARALLEL_LEN { 1 } else { threads };
        let sharing = Sharing { threads, segment_len: &|| pace.len.load(Ordering::Relaxed) };
        match self {
            Work::Seal(handle) => sharing.encrypt(handle, source, associated_data, target),
            Work::Open(handle) => sharing.decrypt_body(handle, source, associated_data, target),
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// How many threads share the work where pieces are copied.
fn copying_threads() -> usize {
    (cores() + 1).min(MOST_THREADS)
}

/// How long the next piece is, and how long it may become.
struct Pace {
    len: AtomicUsize,
    most: usize,
}

impl Pace {
    fn new(py: Python<'_>) -> PyResult<Self> {
        let most = if is_for_an_event_loop(py)? { MOST_LEN_BESIDE_A_LOOP } else { MOST_LEN };
        Ok(Pace { len: AtomicUsize::new(FIRST_LEN), most })
    }

    /// Does `work` under the interpreter lock, and notices Ctrl-C.
    fn attach<T>(&self, work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T> {
        let asked = Instant::now();
        let done = Python::attach(|py| {
            self.waited_since(asked);
            py.check_signals()?;
            work(py)
        });
        done.map_err(|error| Error::Io(std::io::Error::other(error)))
    }

    fn waited_since(&self, asked: Instant) {
        if asked.elapsed() > LONG_WAIT {
            let longer = self.most.min(2 * self.len.load(Ordering::Relaxed));
            self.len.store(longer, Ordering::Relaxed);
        }
    }
}

/// Memory of the caller, from `start` on.
struct Memory<'a> {
    view: Py<PyMemoryView>,
    start: usize,
    len: usize,
    pace: &'a Pace,
}

impl<'a> Memory<'a> {
    fn new(view: &Bound<'_, PyMemoryView>, start: usize, pace: &'a Pace) -> PyResult<Self> {
        let len = view.len()?.saturating_sub(start);
        Ok(Memory { view: view.clone().unbind(), start, len, pace })
    }

    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        Output::clear(self.view.bind(py))
    }
}

impl Source for Memory<'_> {
    type Segment = PyBackedBytes;

    fn len(&self) -> usize {
        self.len
    }

    fn segment(&self, range: Range<usize>) -> Result<PyBackedBytes> {
        let (start, end) = (self.start + range.start, self.start + range.end);
        self.pace.attach(|py| Ok(Data::piece(self.view.bind(py), start, end)?.into()))
    }
}

impl Sink for Memory<'_> {
    /// The result is made in new `bytes`, without the lock, and copied from there.
    fn fill(&self, offset: usize, len: usize, work: Fill<'_>) -> Result<()> {
        let mut filled = Ok(());
        self.pace.attach(|py| {
            let piece = PyBytes::new_with(py, len, |out| {
                let (result, end) = py.detach(|| (work(out), Instant::now()));
                self.pace.waited_since(end);
                filled = result;
                Ok(())
            })?;
            if filled.is_err() {
                return Ok(());
            }
            Output::write_to(self.view.bind(py), offset, piece.as_any())
        })?;
        filled
    }
}
