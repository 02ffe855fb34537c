//! Deadlock detection: which work waits for which, so that none waits for itself.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::keys::{Caller, CallerHandle, StrandId};

/// In all caches of this process, the strands that each waiting strand waits for: itself, or through a
/// strand that works on its behalf.
type Waits = HashMap<StrandId, Vec<Edge>>;

static WAITS: LazyLock<Mutex<Waits>> = LazyLock::new(Mutex::default);

/// A wait for `leader`. It counts as long as `waiter` is waiting.
struct Edge {
    waiter: CallerHandle,
    leader: StrandId,
}

impl Edge {
    fn is(&self, waiter: &CallerHandle, leader: StrandId) -> bool {
        self.waiter.is_same(waiter) && self.leader == leader
    }
}

/// A guard: while it lives, the current strand waits for another, and so do its callers.
pub(super) struct Wait {
    waiters: Vec<(StrandId, CallerHandle)>,
    leader: StrandId,
    _caller: Caller,
}

impl Wait {
    /// `None` if `leader` waits, directly or through others, for the current strand or one of its
    /// callers: a provider or an observer has called the cache that called it.
    pub(super) fn start(leader: StrandId) -> Option<Self> {
        let caller = Caller::new(); // before the lock: it may call the host's hook
        let waiters = caller.handle().waiting();
        let mut waits = lock();
        if closes_circle(&waits, leader, &waiters) {
            return None;
        }
        for (strand, waiter) in &waiters {
            let edge = Edge { waiter: waiter.clone(), leader };
            waits.entry(*strand).or_default().push(edge);
        }
        Some(Wait { waiters, leader, _caller: caller })
    }
}

fn closes_circle(waits: &Waits, leader: StrandId, waiters: &[(StrandId, CallerHandle)]) -> bool {
    let (mut seen, mut next) = (HashSet::new(), vec![leader]);
    while let Some(strand) = next.pop() {
        if waiters.iter().any(|(waiter, _)| *waiter == strand) {
            return true;
        }
        if seen.insert(strand) {
            let edges = waits.get(&strand).into_iter().flatten();
            next.extend(edges.filter(|edge| edge.waiter.is_waiting()).map(|edge| edge.leader));
        }
    }
    false
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut waits = lock();
        for (strand, waiter) in &self.waiters {
            let Some(edges) = waits.get_mut(strand) else { continue };
            if let Some(index) = edges.iter().position(|edge| edge.is(waiter, self.leader)) {
                edges.swap_remove(index);
            }
            if edges.is_empty() {
                waits.remove(strand);
            }
        }
    }
}

fn lock() -> MutexGuard<'static, Waits> {
    WAITS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::time::Duration;

    use super::lock;
    use crate::CacheLimits;
    use crate::error::ProviderError;
    use crate::keys::{Caller, current_strand};
    use crate::os::cache::single_flight::Cache;
    use crate::os::cache::store::Cost;

    type Numbers = Cache<usize, ProviderError>;

    fn cache() -> Numbers {
        Cache::new(CacheLimits::new(10, Duration::from_hours(1))).unwrap()
    }

    fn get(
        cache: &Numbers,
        key: &str,
        make: impl FnOnce() -> Result<usize, ProviderError>,
    ) -> Result<usize, String> {
        let got = cache.get(key.as_bytes(), Cost::Free, make);
        got.map(|got| *got.value).map_err(|error| error.to_string())
    }

    /// Waits until so many requests have found a call that is running. The suite has a time limit.
    fn until_asked(cache: &Numbers, hits: u64) {
        while cache.stats().hits < hits {
            thread::yield_now();
        }
    }

    /// Runs `work` on another thread on behalf of the calling one, which waits.
    fn elsewhere<T: Send>(work: impl FnOnce() -> T + Send) -> T {
        let caller = Caller::new();
        let handle = caller.handle();
        thread::scope(|scope| scope.spawn(|| handle.run(work)).join().unwrap())
    }

    const REFUSED: &str = "a provider or listener asked the cache that is asking it";

    #[test]
    fn a_thread_does_not_wait_for_the_one_that_it_works_for() {
        let cache = cache();
        let again = || get(&cache, "a", || Ok(2)).unwrap_err();
        let mut answers = Vec::new();
        let made = get(&cache, "a", || {
            answers.push(elsewhere(again));
            answers.push(elsewhere(|| elsewhere(again)));
            answers.push(Caller::new().handle().run(again));
            Ok(elsewhere(|| get(&cache, "b", || Ok(1))).unwrap())
        });
        assert_eq!(made, Ok(1), "another key is another matter");
        assert!(answers.iter().all(|error| error.contains(REFUSED)), "{answers:?}");
        assert_eq!(answers.len(), 3);
    }

    #[test]
    fn a_ring_through_threads_that_work_for_others_is_found() {
        for _ in 0..20 {
            let (cache, barrier) = (cache(), Barrier::new(2));
            let ask = |mine: &'static str, other: &'static str| {
                get(&cache, mine, || {
                    elsewhere(|| {
                        barrier.wait();
                        get(&cache, other, || Ok(0)).map_err(ProviderError::failed)
                    })
                })
            };
            let (first, second) = thread::scope(|scope| {
                let thread = scope.spawn(|| ask("a", "b"));
                (ask("b", "a"), thread.join().unwrap())
            });
            for end in [first, second] {
                assert!(end.as_ref().unwrap_err().contains(REFUSED), "{end:?}");
            }
        }
    }

    /// One of them is the thread that handed on the work and runs a part of it.
    #[test]
    fn those_that_work_for_one_caller_wait_for_each_other() {
        let cache = cache();
        let shared = || {
            get(&cache, "b", || {
                until_asked(&cache, 2);
                Ok(1)
            })
        };
        let made = get(&cache, "a", || {
            let caller = Caller::new();
            let handle = &caller.handle();
            Ok(thread::scope(|scope| {
                let others = [(); 2].map(|()| scope.spawn(|| handle.run(shared)));
                let here = handle.run(shared).unwrap();
                others.into_iter().map(|it| it.join().unwrap().unwrap()).sum::<usize>() + here
            }))
        });
        assert_eq!(made, Ok(3));
    }

    #[test]
    fn what_a_caller_has_given_up_waiting_for_may_wait_for_it() {
        let (cache, barrier) = (cache(), Barrier::new(2));
        thread::scope(|scope| {
            let mut late = None;
            let made = get(&cache, "a", || {
                let caller = Caller::new();
                let handle = caller.handle();
                let (cache, barrier) = (&cache, &barrier);
                late = Some(scope.spawn(move || {
                    handle.run(|| {
                        barrier.wait();
                        get(cache, "a", || Ok(2))
                    })
                }));
                drop(caller);
                barrier.wait();
                until_asked(cache, 1);
                Ok(1)
            });
            assert_eq!(made, Ok(1));
            assert_eq!(late.map(|thread| thread.join().unwrap()), Some(Ok(1)));
        });
    }

    #[test]
    fn a_wait_for_a_caller_that_has_given_up_is_not_a_wait_of_the_caller() {
        let (cache, barrier) = (&cache(), &Barrier::new(2));
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                get(cache, "b", || {
                    barrier.wait(); // it is under way
                    barrier.wait(); // the caller has given up
                    get(cache, "a", || Ok(0)).map_err(ProviderError::failed)
                })
            });
            barrier.wait();
            let made = get(cache, "a", || {
                let caller = Caller::new();
                let handle = caller.handle();
                scope.spawn(move || handle.run(|| get(cache, "b", || Ok(0))));
                while !lock().contains_key(&current_strand()) {
                    thread::yield_now();
                }
                drop(caller);
                barrier.wait();
                until_asked(cache, 2);
                Ok(1)
            });
            assert_eq!((made, other.join().unwrap()), (Ok(1), Ok(1)));
        });
    }
}
