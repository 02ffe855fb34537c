//! Copying of large messages, segment by segment, from and to memory that other threads may change.
//!
//! A thread copies one segment under the GIL, works on the copy without it, and copies the result
//! back under it. While one thread copies, the others encrypt.

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

/// Initial length of a segment, in bytes. All copies of it fit into a core's own cache.
const FIRST_LEN: usize = 512 << 10;
/// Longest segment, in bytes, unless an event loop waits.
const MOST_LEN: usize = 16 << 20;
/// A longer wait for the GIL means that other threads use it. The length of the segments is then
/// doubled, to take the GIL half as often.
const LONG_WAIT: Duration = Duration::from_millis(1);
/// Most threads: only one copies at a time, so more would only wait. Below this limit there is one
/// thread more than cores, so that every core has work while one thread waits for the GIL.
const MOST_THREADS: usize = 4;

/// Whether a message is short enough to copy it whole.
pub(crate) const fn is_small(len: usize) -> bool {
    len <= FIRST_LEN
}

/// How many threads a call may use at most; 0 for as many as there are cores.
static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// How many threads one call uses at most, 0 for every core.
#[pyfunction]
pub(crate) fn thread_limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

/// Sets how many threads one call uses at most, in all of the process; 0 for every core.
///
/// For processes of which several share a machine, such as the workers of a data loader. It is
/// for encryption, decryption and concurrent reads, also for those of readers opened from now on.
///
/// >>> import sealwax
/// >>> sealwax.set_thread_limit(1)
/// >>> sealwax.thread_limit()
/// 1
/// >>> sealwax.set_thread_limit(0)
#[pyfunction]
#[pyo3(signature = (threads, /))]
pub(crate) fn set_thread_limit(threads: usize) {
    LIMIT.store(threads, Ordering::Relaxed);
}

pub(crate) fn cores() -> usize {
    match thread_limit() {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        limit => limit,
    }
}

/// The number of threads if segments are copied.
pub(crate) fn copying_threads() -> usize {
    match thread_limit() {
        0 => (cores() + 1).min(MOST_THREADS),
        limit => limit.min(MOST_THREADS),
    }
}

/// The length of the next segment and its limit.
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

    /// Runs `work` under the GIL and checks for signals.
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
    /// The result is made in a Rust buffer without the GIL, and copied from there.
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
