//! Large messages, copied segment by segment into and out of memory that other threads may change.
//!
//! Threads copy one segment at a time under the interpreter lock, work on the copy without the lock,
//! and copy the result back under it: while one thread copies, the others encrypt.

use core::ops::Range;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyMemoryView;
use sealwax::parallel::{Fill, Sink, Source};
use sealwax::{Error, Result};

use crate::fresh::is_for_an_event_loop;
use crate::gil;

/// Length of a segment at first, in bytes: all copies of it fit the processor's own cache.
const FIRST_LEN: usize = 512 << 10;
/// Length of a segment at most, in bytes, unless an event loop waits.
const MOST_LEN: usize = 16 << 20;
/// Whoever waits longer for the lock has a busy neighbour, and asks for it half as often.
const LONG_WAIT: Duration = Duration::from_millis(1);
/// Segments are copied by one thread at a time, so more threads than this would only wait. Up to it
/// there is one thread more than cores: while one waits for the lock, every core has work.
const MOST_THREADS: usize = 4;

/// Whether a message is so short that one copy of it all is best.
pub(crate) const fn is_small(len: usize) -> bool {
    len <= FIRST_LEN
}

pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// How many threads share the work where segments are copied.
pub(crate) fn copying_threads() -> usize {
    (cores() + 1).min(MOST_THREADS)
}

/// How long the next segment is, and how long it may become.
pub(crate) struct Pace {
    len: AtomicUsize,
    most: usize,
}

impl Pace {
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        let most = if is_for_an_event_loop(py)? { gil::MOST_LEN } else { MOST_LEN };
        Ok(Pace { len: AtomicUsize::new(FIRST_LEN), most })
    }

    /// Length of the next segment, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
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
            self.len.store(self.most.min(2 * self.len()), Ordering::Relaxed);
        }
    }
}

/// Memory of the caller, from `start` on.
pub(crate) struct Memory<'a> {
    view: Py<PyMemoryView>,
    start: usize,
    len: usize,
    pace: &'a Pace,
}

impl<'a> Memory<'a> {
    pub(crate) fn new(
        view: &Bound<'_, PyMemoryView>,
        start: usize,
        pace: &'a Pace,
    ) -> PyResult<Self> {
        let len = view.len()?.saturating_sub(start);
        Ok(Memory { view: view.clone().unbind(), start, len, pace })
    }

    /// Overwrites all of it with zeros.
    pub(crate) fn clear(&self, py: Python<'_>) -> PyResult<()> {
        gil::clear(self.view.bind(py))
    }
}

impl Source for Memory<'_> {
    type Segment = PyBackedBytes;

    fn len(&self) -> usize {
        self.len
    }

    fn segment(&self, range: Range<usize>) -> Result<PyBackedBytes> {
        let (start, end) = (self.start + range.start, self.start + range.end);
        self.pace.attach(|py| Ok(gil::copy_of_part(self.view.bind(py), start, end)?.into()))
    }
}

impl Sink for Memory<'_> {
    /// The result is made in new `bytes`, without the lock, and copied from there.
    fn fill(&self, offset: usize, len: usize, work: Fill<'_>) -> Result<()> {
        let mut filled = Ok(());
        self.pace.attach(|py| {
            let segment = gil::new_bytes(py, len, |out| {
                let (result, end) = py.detach(|| (work(out), Instant::now()));
                self.pace.waited_since(end);
                filled = result;
                Ok(())
            })?;
            if filled.is_err() {
                return Ok(());
            }
            gil::write(self.view.bind(py), offset, segment.as_any())
        })?;
        filled
    }
}
