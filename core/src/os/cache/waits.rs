//! Deadlock detection: which thread waits for which, so that none waits for itself.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// The thread that each waiting thread waits for, in all caches of this process.
static WAITS: LazyLock<Mutex<HashMap<ThreadId, ThreadId>>> = LazyLock::new(Mutex::default);

/// A guard: while it lives, this thread waits for another.
pub(super) struct Wait(());

impl Wait {
    /// `None` if `leader` waits, directly or through other threads, for the current thread: a
    /// provider or an observer has called the cache that called it.
    pub(super) fn for_thread(leader: ThreadId) -> Option<Self> {
        let me = thread::current().id();
        let mut waits = lock();
        let chain = std::iter::successors(Some(leader), |thread| waits.get(thread).copied());
        if chain.into_iter().any(|thread| thread == me) {
            return None;
        }
        waits.insert(me, leader);
        Some(Wait(()))
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        lock().remove(&thread::current().id());
    }
}

fn lock() -> MutexGuard<'static, HashMap<ThreadId, ThreadId>> {
    WAITS.lock().unwrap_or_else(PoisonError::into_inner)
}
