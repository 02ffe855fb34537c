//! On whose behalf a thread works, so that no thread waits in a cache for itself.
//!
//! A thread that has handed work to others may run a part of it before it waits for the rest. So the
//! unit is not the thread but the strand: one piece of work. A strand that has handed on its work does
//! nothing but wait.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

/// Finds the caller of the calling thread.
type Hook = fn() -> Option<CallerHandle>;

static HOOK: OnceLock<Hook> = OnceLock::new();

thread_local! {
    /// The strand that this thread runs.
    static STRAND: RefCell<Arc<Strand>> = RefCell::new(Strand::new(Vec::new()));
}

/// Identifies a strand.
pub(crate) type StrandId = u64;

struct Strand {
    id: StrandId,
    /// The strands that wait for it.
    callers: Vec<CallerHandle>,
}

impl Strand {
    fn new(callers: Vec<CallerHandle>) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(Strand { id: NEXT.fetch_add(1, Ordering::Relaxed), callers })
    }
}

/// The strand that the calling thread runs.
pub(crate) fn current_strand() -> StrandId {
    STRAND.with_borrow(|strand| strand.id)
}

/// A thread that waits, while this value lives, for work that others do on its behalf.
///
/// A cache refuses a call by a provider for the data key that the cache is requesting from it: each
/// would wait for the other. If the provider hands its work to another thread, the cache can detect
/// this only when that thread works through a [`CallerHandle`]:
///
/// ```
/// use sealwax::{Caller, Dek, KeyProvider, LocalKek, ProviderCall, ProviderError, WrappedKeyRef};
///
/// fn unwrap_elsewhere(
///     kms: &LocalKek,
///     wrapped: WrappedKeyRef<'_>,
///     call: &mut ProviderCall<'_>,
/// ) -> Result<Dek, ProviderError> {
///     let caller = Caller::new();
///     let handle = caller.handle();
///     std::thread::scope(|scope| {
///         scope.spawn(|| handle.run(|| kms.unwrap(wrapped, call))).join().unwrap()
///     })
/// }
/// ```
///
/// Work that the waiting thread does itself also goes through a handle.
pub struct Caller(Arc<Waiting>);

/// Lets a thread work on behalf of a [`Caller`]. The handle does not keep the caller alive.
#[derive(Clone)]
pub struct CallerHandle(Weak<Waiting>);

struct Waiting {
    strand: Arc<Strand>,
    /// The caller that the hook found.
    known_to_host: Option<CallerHandle>,
}

impl Caller {
    /// The calling thread, together with its own callers.
    #[must_use]
    pub fn new() -> Self {
        let known_to_host = HOOK.get().and_then(|hook| hook());
        Caller(Arc::new(Waiting { strand: STRAND.with_borrow(Arc::clone), known_to_host }))
    }

    /// A handle for the threads that do the work.
    #[must_use]
    pub fn handle(&self) -> CallerHandle {
        CallerHandle(Arc::downgrade(&self.0))
    }
}

impl Default for Caller {
    fn default() -> Self {
        Caller::new()
    }
}

impl CallerHandle {
    /// Sets a function that finds the caller of the calling thread, for hosts that keep it in a
    /// context of their own because their work changes threads. It is called only where a thread
    /// begins to wait. The first hook of a process stays; returns whether this is the first.
    pub fn set_hook(hook: fn() -> Option<CallerHandle>) -> bool {
        HOOK.set(hook).is_ok()
    }

    /// Runs `work` on the calling thread, on behalf of the caller.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let here = Caller::new();
        let strand = Strand::new(vec![self.clone(), here.handle()]);
        let _before = Before(STRAND.replace(strand));
        work()
    }

    /// The waiting strand and the strands that wait for it, without those that have stopped waiting.
    pub(crate) fn waiting(&self) -> Vec<(StrandId, CallerHandle)> {
        let (mut found, mut rest) = (Vec::new(), vec![self.clone()]);
        while let Some(handle) = rest.pop() {
            if let Some(waiting) = handle.0.upgrade() {
                rest.extend(waiting.strand.callers.iter().cloned());
                rest.extend(waiting.known_to_host.clone());
                found.push((waiting.strand.id, handle));
            }
        }
        found
    }

    /// Whether the caller is still waiting.
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.strong_count() > 0
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

/// Restores the previous strand of the thread, after a panic too.
struct Before(Arc<Strand>);

impl Drop for Before {
    fn drop(&mut self) {
        STRAND.set(Arc::clone(&self.0));
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

impl fmt::Debug for CallerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerHandle").field("is_waiting", &self.is_waiting()).finish()
    }
}
