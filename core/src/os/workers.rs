//! Scoped threads that process the runs of one object.
//!
//! A run is a sequence of consecutive chunks. Chunks are independent, so each thread takes the next
//! run until none is left. There is no queue, and memory is bounded by one run per thread. Scoped
//! threads of the standard library suffice: there is no work to steal, and no thread pool remains
//! in the host's process.

use std::iter::Enumerate;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use crate::error::{Error, Result};
use crate::format::chunked::CHUNK_LEN;

/// Plaintext of a run with few threads, in bytes. It is large enough for efficient calls, and small
/// enough that plaintext and ciphertext stay in the CPU cache between reading and writing.
const RUN_LEN: usize = 1 << 20;
/// Plaintext of all runs in progress, in bytes; bounds the memory of many threads.
const ALL_RUNS_LEN: usize = 8 << 20;

/// The number of threads for `chunks` chunks, from a setting where 0 is one per core.
pub(super) fn thread_count(setting: usize, chunks: u64) -> usize {
    let useful = usize::try_from(chunks / 8).unwrap_or(usize::MAX);
    if useful <= 1 {
        return 1; // skip the system query, which reads several files
    }
    let wanted = match setting {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        set => set,
    };
    wanted.min(useful).max(1)
}

/// Chunks in one run, for this many threads.
pub(super) fn run_chunks(threads: usize) -> u64 {
    let len = (ALL_RUNS_LEN / threads.max(1)).clamp(CHUNK_LEN, RUN_LEN);
    (len / CHUNK_LEN) as u64
}

/// Calls `work` for each run, on `threads` threads that each have their own state.
///
/// The calling thread takes part, and calls `report` after each of its runs. If the system starts
/// fewer threads, fewer do the work; the calling one suffices.
///
/// # Errors
/// The error of the first run that fails, in the order of `runs`, regardless of scheduling; later
/// runs are not started. Or the error of `report`, which stops all threads.
pub(super) fn for_each_run<T, S>(
    threads: usize,
    runs: impl Iterator<Item = T> + Send,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> Result<()> + Sync,
    mut report: impl FnMut() -> Result<()>,
) -> Result<()> {
    let shared = Shared::new(runs);
    let take_part = |after: &mut dyn FnMut() -> Result<()>| {
        let _stop = StopOnPanic(&shared.stopped);
        let mut state = state();
        while let Some((number, run)) = shared.take() {
            if let Err(error) = work(&mut state, run).and_then(|()| after()) {
                shared.fail(number, error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            let helper = || take_part(&mut || Ok(()));
            if Builder::new().name("sealwax".into()).spawn_scoped(scope, helper).is_err() {
                break; // the existing threads do all of the work
            }
        }
        take_part(&mut report);
    });
    shared.finish()
}

/// The state that the threads share.
struct Shared<I> {
    runs: Mutex<Enumerate<I>>,
    stopped: AtomicBool,
    failure: Mutex<Option<(usize, Error)>>,
}

impl<I: Iterator> Shared<I> {
    fn new(runs: I) -> Self {
        Shared {
            runs: Mutex::new(runs.enumerate()),
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    fn take(&self) -> Option<(usize, I::Item)> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// Runs are taken in order, so every run before a failed one is finished before the threads
    /// end.
    fn fail(&self, number: usize, error: Error) {
        self.stopped.store(true, Ordering::Relaxed);
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if failure.as_ref().is_none_or(|(first, _)| number < *first) {
            *failure = Some((number, error));
        }
    }

    fn finish(self) -> Result<()> {
        let failure = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or(Ok(()), |(_, error)| Err(error))
    }
}

/// After a panic, of a host's callback for example, the threads must not process the rest of the
/// object.
struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize};

    use super::*;

    #[test]
    fn every_run_is_done_once() {
        for threads in [1, 2, 7] {
            let done: Vec<AtomicUsize> = (0..100).map(|_| AtomicUsize::new(0)).collect();
            let work = |(): &mut (), run: usize| {
                done[run].fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            for_each_run(threads, 0..100, || (), work, || Ok(())).unwrap();
            assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn the_first_failure_wins_and_later_runs_are_not_begun() {
        for threads in [1, 2, 5] {
            let begun = AtomicU64::new(0);
            let work = |(): &mut (), run: u64| {
                begun.fetch_max(run, Ordering::Relaxed);
                if run >= 10 { Err(Error::Authentication { chunk: run }) } else { Ok(()) }
            };
            let error = for_each_run(threads, 0..1_000_000, || (), work, || Ok(())).unwrap_err();
            assert!(matches!(error, Error::Authentication { chunk: 10 }), "{error}");
            assert!(begun.into_inner() < 1_000);
        }
    }

    #[test]
    fn a_report_can_stop_all() {
        let cancel = || Err(Error::Cancelled);
        let error = for_each_run(3, 0_u64.., || (), |(), _| Ok(()), cancel).unwrap_err();
        assert!(matches!(error, Error::Cancelled));
    }

    #[test]
    fn a_panic_stops_all() {
        let panicked = std::panic::catch_unwind(|| {
            let work = |(): &mut (), run: u64| -> Result<()> {
                assert!(run != 3, "on purpose");
                Ok(())
            };
            for_each_run(2, 0_u64.., || (), work, || Ok(()))
        });
        assert!(panicked.is_err());
    }

    #[test]
    fn memory_is_bounded_whatever_the_threads() {
        for threads in [1, 2, 3, 8, 64, 512, 10_000] {
            let chunks = run_chunks(threads);
            assert!(chunks >= 1);
            let all = chunks * CHUNK_LEN as u64 * threads as u64;
            assert!(threads > 512 || all <= ALL_RUNS_LEN as u64);
        }
        assert_eq!(thread_count(5, 3), 1);
        assert_eq!(thread_count(5, 1_000), 5);
        assert!(thread_count(0, 1_000_000) >= 1);
    }
}
