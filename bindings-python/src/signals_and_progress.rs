//! Progress callbacks and signals during long calls.

use core::ops::ControlFlow;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyBool;
use sealwax::ErrorCode;

use crate::{errors, interrupts};

/// Interval of the checks for signals: short enough for a key press, and long enough that waiting
/// for a busy interpreter does not matter.
const INTERVAL: Duration = Duration::from_millis(40);

/// Reports progress to the program, and detects that it cancels.
pub(crate) struct Watch {
    progress: Option<Py<PyAny>>,
    state: Mutex<WatchState>,
}

struct WatchState {
    next: Instant,
    done: u64,
    raised: Option<PyErr>,
}

impl Watch {
    pub(crate) fn new(progress: Option<Py<PyAny>>) -> Self {
        let state =
            Mutex::new(WatchState { next: Instant::now() + INTERVAL, done: 0, raised: None });
        Watch { progress, state }
    }

    pub(crate) fn report(&self, done: u64, total: u64) -> ControlFlow<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Unchanged numbers mean that a signal interrupted a wait.
        let is_interrupted = done == state.done;
        state.done = done;
        if Instant::now() < state.next && done != total && !is_interrupted {
            return ControlFlow::Continue(());
        }
        let answer = Python::attach(|py| self.ask(py, done, total));
        state.next = Instant::now() + INTERVAL;
        match answer {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => ControlFlow::Break(()),
            Err(error) => {
                state.raised = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Checks for signals such as Ctrl-C, then calls the callback, which may cancel by returning
    /// `False`.
    fn ask(&self, py: Python<'_>, done: u64, total: u64) -> PyResult<bool> {
        interrupts::raise()?;
        py.check_signals()?;
        let Some(progress) = &self.progress else { return Ok(true) };
        let answer = progress.bind(py).call1((done, total))?;
        Ok(!answer.is(PyBool::new(py, false)))
    }

    /// The callback's exception takes precedence over the core's `Cancelled`.
    pub(crate) fn finish<T>(self, py: Python<'_>, result: sealwax::Result<T>) -> PyResult<T> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        result.map_err(|error| match (error.code(), state.raised) {
            (ErrorCode::Cancelled, Some(raised)) => raised,
            _ => errors::to_py(py, error),
        })
    }
}

/// A writer that may block, such as a pipe. After a signal Python's handlers run, and their
/// exceptions end the wait.
pub(crate) struct Interruptible<W>(pub(crate) W);

impl<W: Write> Write for Interruptible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    Python::attach(|py| py.check_signals().map_err(io::Error::other))?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
