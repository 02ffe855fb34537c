//! The cache below: whoever misses first makes the value, all others wait for it.
//!
//! The lock is never held while a value is made, so a slow KMS delays only those who need this
//! very key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::limits::{CacheLimits, CacheStats};
use super::{Clock, system_clock};
use crate::error::{Attempt, Error, ProviderError, Result};

/// An error that can be told to everyone who waited for the same call.
pub(super) trait Repeat {
    /// The same error again; the cause is told in words.
    fn repeat(&self) -> Self;
    /// The call ended without a result.
    fn lost() -> Self;
}

impl Repeat for ProviderError {
    fn repeat(&self) -> Self {
        match self {
            ProviderError::Rejected => ProviderError::Rejected,
            ProviderError::RejectedBecause(cause) => ProviderError::rejected(cause.to_string()),
            ProviderError::Failed(cause) => ProviderError::failed(cause.to_string()),
        }
    }

    fn lost() -> Self {
        ProviderError::failed("a call for the same key, under way on another thread, panicked")
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
}

/// What a request takes of a value's allowance.
#[derive(Clone, Copy)]
pub(super) enum Cost {
    /// Nothing: the value may serve any number of requests while it is young.
    Free,
    /// One message of this many bytes; `None` if nobody knows how many.
    Message(Option<u64>),
}

/// A value that is there or on its way.
type Flight<T, E> = Arc<OnceLock<Result<Arc<T>, E>>>;

struct Slot<T, E> {
    flight: Flight<T, E>,
    born: Duration,
    last_used: u64,
    messages: u64,
    bytes: u64,
}

struct State<T, E> {
    slots: HashMap<Box<[u8]>, Slot<T, E>>,
    requests: u64,
    stats: CacheStats,
}

/// Values by key, each made once and used within its limits.
pub(super) struct Cache<T, E> {
    limits: CacheLimits,
    clock: Clock,
    state: Mutex<State<T, E>>,
}

/// What a request has to do.
enum Seat<T, E> {
    /// Wait for a value, if it is not there yet.
    Join(Flight<T, E>),
    /// Make the value for everyone.
    Lead(Flight<T, E>),
    /// Make a value that nobody else may use.
    Alone,
}

impl<T, E: Repeat> Cache<T, E> {
    pub(super) fn new(limits: CacheLimits) -> Result<Self> {
        Self::with_clock(limits, Box::new(system_clock()))
    }

    pub(super) fn with_clock(limits: CacheLimits, clock: Clock) -> Result<Self> {
        limits.check()?;
        let state = State { slots: HashMap::new(), requests: 0, stats: CacheStats::default() };
        Ok(Cache { limits, clock, state: Mutex::new(state) })
    }

    /// The value of `key`, which `make` makes where there is none, or none that allows `cost`.
    pub(super) fn get(
        &self,
        key: &[u8],
        cost: Cost,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let now = (self.clock)();
        let seat = self.lock().seat(&self.limits, now, key, cost);
        match seat {
            Seat::Join(flight) => match flight.wait() {
                Ok(value) => Ok(Arc::clone(value)),
                Err(error) => Err(error.repeat()),
            },
            Seat::Lead(flight) => Leader { cache: self, key, flight: &flight }.make(make),
            Seat::Alone => make().map(Arc::new),
        }
    }

    pub(super) fn stats(&self) -> CacheStats {
        let state = self.lock();
        CacheStats { entries: state.slots.len(), ..state.stats }
    }

    /// Gives up everything, or what is too old.
    pub(super) fn clear(&self, only_expired: bool) {
        let now = (self.clock)();
        self.lock().sweep(|slot| only_expired && slot.is_young(&self.limits, now));
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        // Nothing panics between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a value that never came out again, unless another call has replaced it by now.
    fn forget(&self, key: &[u8], flight: &Flight<T, E>) {
        let mut state = self.lock();
        if state.slots.get(key).is_some_and(|slot| Arc::ptr_eq(&slot.flight, flight)) {
            state.slots.remove(key);
        }
    }
}

impl<T, E> State<T, E> {
    fn seat(&mut self, limits: &CacheLimits, now: Duration, key: &[u8], cost: Cost) -> Seat<T, E> {
        self.requests += 1;
        if cost.exceeds(limits) {
            self.stats.bypassed += 1;
            return Seat::Alone;
        }
        if let Some(slot) = self.slots.get_mut(key)
            && slot.is_young(limits, now)
            && slot.take(limits, cost)
        {
            slot.last_used = self.requests;
            self.stats.hits += 1;
            return Seat::Join(Arc::clone(&slot.flight));
        }
        self.stats.misses += 1;
        self.stats.evictions += u64::from(self.slots.remove(key).is_some());
        self.sweep(|slot| slot.is_young(limits, now));
        self.make_room(limits.capacity);
        let mut slot = Slot::new(now, self.requests);
        slot.take(limits, cost);
        let flight = Arc::clone(&slot.flight);
        self.slots.insert(key.into(), slot);
        Seat::Lead(flight)
    }

    /// Drops all slots that are not to be kept. Data keys wipe themselves.
    fn sweep(&mut self, keep: impl Fn(&Slot<T, E>) -> bool) {
        let before = self.slots.len();
        self.slots.retain(|_, slot| keep(slot));
        self.stats.evictions += (before - self.slots.len()) as u64;
    }

    /// Drops the slot that was not used for longest, if all are taken.
    fn make_room(&mut self, capacity: usize) {
        if self.slots.len() < capacity {
            return;
        }
        let oldest = self.slots.values().map(|slot| slot.last_used).min();
        self.sweep(|slot| Some(slot.last_used) != oldest);
    }
}

impl<T, E> Slot<T, E> {
    fn new(born: Duration, request: u64) -> Self {
        Slot { flight: Flight::default(), born, last_used: request, messages: 0, bytes: 0 }
    }

    fn is_young(&self, limits: &CacheLimits, now: Duration) -> bool {
        now.saturating_sub(self.born) < limits.max_age
    }

    /// Takes `cost` off the allowance, if that suffices.
    fn take(&mut self, limits: &CacheLimits, cost: Cost) -> bool {
        let Cost::Message(len) = cost else { return true };
        let bytes = self.bytes.saturating_add(len.unwrap_or(u64::MAX));
        if self.messages >= limits.max_messages || bytes > limits.max_bytes {
            return false;
        }
        self.messages += 1;
        self.bytes = bytes;
        true
    }
}

impl Cost {
    /// Whether no value at all could allow this, or only to a single request.
    const fn exceeds(self, limits: &CacheLimits) -> bool {
        match self {
            Cost::Free => false,
            Cost::Message(None) => true,
            Cost::Message(Some(len)) => len > limits.max_bytes || limits.max_messages == 1,
        }
    }
}

/// The one that makes the value. Whatever happens to it, the others are told.
struct Leader<'a, T, E: Repeat> {
    cache: &'a Cache<T, E>,
    key: &'a [u8],
    flight: &'a Flight<T, E>,
}

impl<T, E: Repeat> Leader<'_, T, E> {
    fn make(self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        match make() {
            Ok(value) => {
                let value = Arc::new(value);
                // Only the leader sets it, once.
                let _ = self.flight.set(Ok(Arc::clone(&value)));
                Ok(value)
            }
            Err(error) => {
                let _ = self.flight.set(Err(error.repeat()));
                Err(error)
            }
        }
    }
}

impl<T, E: Repeat> Drop for Leader<'_, T, E> {
    fn drop(&mut self) {
        let outcome = self.flight.get_or_init(|| Err(E::lost()));
        if outcome.is_err() {
            self.cache.forget(self.key, self.flight);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::{Cache, Cost};
    use crate::CacheLimits;
    use crate::error::ProviderError;

    const MESSAGE: Cost = Cost::Message(Some(1));

    /// Keys wipe themselves when they are dropped, so what must hold is that they are dropped.
    #[test]
    fn a_value_that_is_given_up_is_dropped_at_once() {
        let seconds = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&seconds);
        let clock = move || Duration::from_secs(clock.load(Ordering::Relaxed));
        let limits = CacheLimits::new(2, Duration::from_secs(10)).max_messages(2);
        let cache: Cache<(), ProviderError> = Cache::with_clock(limits, Box::new(clock)).unwrap();
        let get = |key: &[u8]| Arc::downgrade(&cache.get(key, MESSAGE, || Ok(())).unwrap());

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
}
