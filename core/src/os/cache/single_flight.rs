//! The cache itself: the first request that misses makes the value, and all others wait for it.
//!
//! The lock is never held while a value is made, so a slow KMS delays only requests for the same
//! key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::limits::{CacheLimits, CacheStats};
use super::store::{Allowance, Cost, Store};
use super::waits::Wait;
use super::{Clock, system_clock};
use crate::error::{Attempt, Error, ProviderError, Result};
use crate::keys::{StrandId, current_strand};
use crate::os::process::OwnProcess;

/// An error that can be copied for every request that waits for the same call.
pub(super) trait Repeat {
    /// A copy of the error, with the cause as text.
    fn repeat(&self) -> Self;
    /// The call ended without a result.
    fn lost() -> Self;
    /// A provider or an observer has requested the same value that it is making.
    fn reentered() -> Self;
}

impl Repeat for ProviderError {
    fn repeat(&self) -> Self {
        match self {
            ProviderError::Rejected => ProviderError::Rejected,
            ProviderError::RejectedBecause(cause) => ProviderError::rejected(cause.to_string()),
            ProviderError::Denied(cause) => ProviderError::denied(cause.to_string()),
            ProviderError::Failed(cause) => ProviderError::failed(cause.to_string()),
        }
    }

    fn lost() -> Self {
        ProviderError::failed("a call for the same key, under way on another thread, panicked")
    }

    fn reentered() -> Self {
        ProviderError::failed(<Error as Repeat>::reentered())
    }
}

impl Repeat for Error {
    fn repeat(&self) -> Self {
        let again = |attempt: &Attempt| Attempt {
            provider_id: attempt.provider_id.clone(),
            key_id: attempt.key_id.clone(),
            error: attempt.error.repeat(),
        };
        match self {
            Error::ProviderFailed(attempts) => Error::ProviderFailed(
                attempts.as_slice().iter().map(again).collect::<Vec<_>>().into(),
            ),
            Error::KeyUnwrap(attempts) => {
                Error::KeyUnwrap(attempts.as_slice().iter().map(again).collect::<Vec<_>>().into())
            }
            other => Error::repeat(other),
        }
    }

    fn lost() -> Self {
        Error::ProviderFailed(Vec::new().into())
    }

    fn reentered() -> Self {
        Error::InvalidState("a provider or listener asked the cache that is asking it")
    }
}

/// A value that is being made.
struct Flight<T, E> {
    outcome: OnceLock<Result<Arc<T>, E>>,
    /// The work that makes it.
    leader: StrandId,
    process: OwnProcess,
}

impl<T, E> Flight<T, E> {
    fn new() -> SharedFlight<T, E> {
        let (leader, process) = (current_strand(), OwnProcess::new());
        Arc::new(Flight { outcome: OnceLock::new(), leader, process })
    }
}

type SharedFlight<T, E> = Arc<Flight<T, E>>;

/// A flight with the allowance of its future value.
struct UnderWay<T, E> {
    flight: SharedFlight<T, E>,
    allowance: Allowance,
}

struct State<T, E> {
    kept: Store<T>,
    /// Flights in progress. They take no capacity until they succeed.
    flights: HashMap<Box<[u8]>, UnderWay<T, E>>,
    stats: CacheStats,
}

/// Values by key. Each is made once and used within its limits.
pub(super) struct Cache<T, E> {
    limits: CacheLimits,
    clock: Clock,
    state: Mutex<State<T, E>>,
}

/// The result of a request.
pub(super) struct Got<T> {
    pub(super) value: Arc<T>,
    /// For a hit, how long the request waited for the one that made the value.
    pub(super) hit: Option<Duration>,
}

/// What a request has to do.
enum Role<T, E> {
    /// Use the cached value.
    Hit(Arc<T>),
    /// Wait for the value.
    Waiter(SharedFlight<T, E>),
    /// Make the value for all requests.
    Leader(SharedFlight<T, E>),
    /// Make a value for this request only.
    Bypass,
}

impl<T, E: Repeat> Cache<T, E> {
    pub(super) fn new(limits: CacheLimits) -> Result<Self> {
        Self::with_clock(limits, Box::new(system_clock()))
    }

    pub(super) fn with_clock(limits: CacheLimits, clock: Clock) -> Result<Self> {
        limits.check()?;
        let (kept, flights, stats) = (Store::new(), HashMap::new(), CacheStats::default());
        Ok(Cache { limits, clock, state: Mutex::new(State { kept, flights, stats }) })
    }

    /// The value of `key`. Calls `make` if there is none, or none that allows `cost`.
    pub(super) fn get(
        &self,
        key: &[u8],
        cost: Cost,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Got<T>, E> {
        let now = (self.clock)();
        let role = self.lock().role(&self.limits, now, key, cost);
        let (value, hit) = match role {
            Role::Hit(value) => (value, Some(Duration::ZERO)),
            Role::Waiter(flight) => {
                let value = wait_for(&flight)?;
                (value, Some((self.clock)().saturating_sub(now)))
            }
            Role::Leader(flight) => {
                (Leader { cache: self, key, flight: &flight }.make(make)?, None)
            }
            Role::Bypass => (Arc::new(make()?), None),
        };
        Ok(Got { value, hit })
    }

    pub(super) fn stats(&self) -> CacheStats {
        let state = self.lock();
        let (evictions, entries) = (state.kept.evictions, state.kept.len());
        CacheStats { evictions, entries, ..state.stats }
    }

    /// Drops all values, or the expired ones.
    pub(super) fn clear(&self, only_expired: bool) {
        let now = (self.clock)();
        let mut state = self.lock();
        if only_expired {
            state.kept.expire(&self.limits, now);
        } else {
            state.kept.clear();
            state.flights.clear(); // running flights serve their waiters and nobody else
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        // A poisoned lock is safe to use: no change can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a flight and keeps its value, unless another flight has taken its place.
    fn land(&self, key: &[u8], flight: &SharedFlight<T, E>) {
        let mut state = self.lock();
        if !state.flights.get(key).is_some_and(|other| Arc::ptr_eq(&other.flight, flight)) {
            return;
        }
        let landed = state.flights.remove(key);
        if let (Some(landed), Some(Ok(value))) = (landed, flight.outcome.get()) {
            state.kept.insert(key, Arc::clone(value), landed.allowance, self.limits.capacity);
        }
    }
}

impl<T, E> State<T, E> {
    fn role(&mut self, limits: &CacheLimits, now: Duration, key: &[u8], cost: Cost) -> Role<T, E> {
        if cost.exceeds(limits) {
            self.stats.bypassed += 1;
            return Role::Bypass;
        }
        if let Some(value) = self.kept.take(key, limits, now, cost) {
            self.stats.hits += 1;
            return Role::Hit(value);
        }
        if let Some(UnderWay { flight, allowance }) = self.flights.get_mut(key)
            && allowance.is_young(limits, now)
            && flight.process.check().is_ok() // the thread that makes it did not survive a fork
            && allowance.take(limits, cost)
        {
            self.stats.hits += 1;
            return Role::Waiter(Arc::clone(flight));
        }
        self.stats.misses += 1;
        self.kept.expire(limits, now);
        let mut allowance = Allowance::new(now);
        allowance.take(limits, cost);
        let flight = Flight::new();
        let under_way = UnderWay { flight: Arc::clone(&flight), allowance };
        self.flights.insert(key.into(), under_way);
        Role::Leader(flight)
    }
}

/// Waits for a value that another thread makes.
fn wait_for<T, E: Repeat>(flight: &Flight<T, E>) -> Result<Arc<T>, E> {
    if flight.outcome.get().is_none() {
        let _wait = Wait::start(flight.leader).ok_or_else(E::reentered)?;
        flight.outcome.wait();
    }
    match flight.outcome.wait() {
        Ok(value) => Ok(Arc::clone(value)),
        Err(error) => Err(error.repeat()),
    }
}

/// The request that makes the value. On drop it wakes the waiters, even after a panic.
struct Leader<'a, T, E: Repeat> {
    cache: &'a Cache<T, E>,
    key: &'a [u8],
    flight: &'a SharedFlight<T, E>,
}

impl<T, E: Repeat> Leader<'_, T, E> {
    fn make(self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        match make() {
            Ok(value) => {
                let value = Arc::new(value);
                // Only the leader sets it, once.
                let _ = self.flight.outcome.set(Ok(Arc::clone(&value)));
                Ok(value)
            }
            Err(error) => {
                let _ = self.flight.outcome.set(Err(error.repeat()));
                Err(error)
            }
        }
    }
}

impl<T, E: Repeat> Drop for Leader<'_, T, E> {
    fn drop(&mut self) {
        self.flight.outcome.get_or_init(|| Err(E::lost()));
        self.cache.land(self.key, self.flight);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::{Cache, Cost};
    use crate::CacheLimits;
    use crate::error::{Error, ProviderError};

    const MESSAGE: Cost = Cost::Message(Some(1));

    /// Keys wipe themselves on drop, so the test is that they are dropped.
    #[test]
    fn a_value_that_is_given_up_is_dropped_at_once() {
        let seconds = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&seconds);
        let clock = move || Duration::from_secs(clock.load(Ordering::Relaxed));
        let limits = CacheLimits::new(2, Duration::from_secs(10)).max_messages(2);
        let cache: Cache<(), ProviderError> = Cache::with_clock(limits, Box::new(clock)).unwrap();
        let get = |key: &[u8]| Arc::downgrade(&cache.get(key, MESSAGE, || Ok(())).unwrap().value);

        let (first, second) = (get(b"1"), get(b"2"));
        assert!(first.upgrade().is_some() && second.upgrade().is_some());
        let third = get(b"3");
        assert!(first.upgrade().is_none(), "no room");
        get(b"2");
        get(b"2");
        assert!(second.upgrade().is_none(), "two messages were its limit");
        seconds.store(10, Ordering::Relaxed);
        assert!(third.upgrade().is_some(), "nothing has happened since");
        let fourth = get(b"4");
        assert!(third.upgrade().is_none(), "too old");
        cache.clear(true);
        assert!(fourth.upgrade().is_some(), "young");
        cache.clear(false);
        assert!(fourth.upgrade().is_none());
    }

    fn cache(capacity: usize) -> Cache<usize, ProviderError> {
        Cache::new(CacheLimits::new(capacity, Duration::from_hours(1))).unwrap()
    }

    /// Counted, not timed: a miss looks at a few values, regardless of their number.
    #[test]
    fn a_miss_does_not_look_at_all_values() {
        let cache = cache(10_000);
        for key in 0..30_000_u32 {
            cache.get(&key.to_be_bytes(), Cost::Free, || Ok(7)).unwrap();
            cache.get(&(key / 2).to_be_bytes(), Cost::Free, || Ok(7)).unwrap();
        }
        let looks = cache.lock().kept.looks;
        assert!(looks < 4 * 60_000, "{looks} looks for 60,000 requests");
        let stats = cache.stats();
        assert_eq!((stats.entries, stats.misses - stats.evictions), (10_000, 10_000));
    }

    #[test]
    fn a_value_that_could_not_be_made_takes_nobodys_place() {
        let cache = cache(2);
        for key in [b"a", b"b"] {
            cache.get(key, Cost::Free, || Ok(1)).unwrap();
        }
        for forged in 0..100_u32 {
            let refused = cache.get(&forged.to_be_bytes(), Cost::Free, || {
                assert_eq!(cache.stats().entries, 2, "nor while it is being made");
                Err(ProviderError::Rejected)
            });
            assert!(refused.is_err());
        }
        let stats = cache.stats();
        assert_eq!((stats.entries, stats.evictions, stats.misses), (2, 0, 102));
    }

    #[test]
    fn asking_for_what_one_is_being_asked_for_fails_at_once() {
        let cache = cache(2);
        let mut inner = None;
        let outer = cache.get(b"a", Cost::Free, || {
            inner = Some(cache.get(b"a", Cost::Free, || Ok(2)));
            cache.get(b"b", Cost::Free, || Ok(3)).unwrap(); // another key does not wait
            Ok(1)
        });
        let Some(Err(ProviderError::Failed(cause))) = inner else { panic!("it did not fail") };
        let cause = cause.downcast::<Error>().unwrap();
        assert!(matches!(*cause, Error::InvalidState(_)), "{cause}");
        assert_eq!(*outer.unwrap().value, 1);
        assert_eq!(*cache.get(b"a", Cost::Free, || Ok(9)).unwrap().value, 1);
    }

    /// Two threads, each making what the other one asks for.
    #[test]
    fn threads_do_not_wait_for_each_other_in_a_ring() {
        let (cache, barrier) = (cache(2), std::sync::Barrier::new(2));
        let ask = |mine: &'static [u8], other: &'static [u8]| {
            cache.get(mine, Cost::Free, || {
                barrier.wait();
                cache.get(other, Cost::Free, || Ok(0)).map(|got| *got.value)
            })
        };
        let (first, second) = std::thread::scope(|scope| {
            let thread = scope.spawn(|| ask(b"a", b"b").is_ok());
            (ask(b"b", b"a").is_ok(), thread.join().unwrap())
        });
        assert!(
            !first && !second,
            "the one that closes the ring fails, and so does what waits for it"
        );
    }
}
