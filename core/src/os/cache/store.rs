//! The storage of a cache, indexed by key, age and last use. No call looks at more than a few
//! values.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::limits::CacheLimits;

/// What a request subtracts from a value's allowance.
#[derive(Clone, Copy)]
pub(super) enum Cost {
    /// Nothing: the value may serve any number of requests until it expires.
    Free,
    /// One message of this many bytes; `None` if the length is unknown.
    Message(Option<u64>),
}

impl Cost {
    /// Whether no value could allow this, or only for a single request.
    pub(super) const fn exceeds(self, limits: &CacheLimits) -> bool {
        match self {
            Cost::Free => false,
            Cost::Message(None) => true,
            Cost::Message(Some(len)) => len > limits.max_bytes || limits.max_messages == 1,
        }
    }
}

/// The age of a value, and its remaining allowance.
#[derive(Clone, Copy)]
pub(super) struct Allowance {
    born: Duration,
    messages: u64,
    bytes: u64,
}

impl Allowance {
    pub(super) const fn new(born: Duration) -> Self {
        Allowance { born, messages: 0, bytes: 0 }
    }

    pub(super) fn is_young(&self, limits: &CacheLimits, now: Duration) -> bool {
        now.saturating_sub(self.born) < limits.max_age
    }

    /// Subtracts `cost` if the allowance suffices.
    pub(super) fn take(&mut self, limits: &CacheLimits, cost: Cost) -> bool {
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

/// A logical time, which also identifies a value in this store.
type Stamp = (Duration, u64);

struct Slot<T> {
    value: Arc<T>,
    allowance: Allowance,
    born: Stamp,
    used: u64,
}

/// Values by key, ordered by age and by last use.
pub(super) struct Store<T> {
    slots: HashMap<Arc<[u8]>, Slot<T>>,
    by_age: BTreeMap<Stamp, Arc<[u8]>>,
    by_use: BTreeMap<u64, Arc<[u8]>>,
    /// A logical clock: every event has its own number.
    ticks: u64,
    /// Dropped values.
    pub(super) evictions: u64,
    /// Values that were looked at, for the test that counts them.
    #[cfg(test)]
    pub(super) looks: u64,
}

impl<T> Store<T> {
    pub(super) fn new() -> Self {
        Store {
            slots: HashMap::new(),
            by_age: BTreeMap::new(),
            by_use: BTreeMap::new(),
            ticks: 0,
            evictions: 0,
            #[cfg(test)]
            looks: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The value of a key, if it exists and allows `cost`. A value that does not is dropped.
    pub(super) fn take(
        &mut self,
        key: &[u8],
        limits: &CacheLimits,
        now: Duration,
        cost: Cost,
    ) -> Option<Arc<T>> {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let slot = self.slots.get_mut(key)?;
        if !slot.allowance.is_young(limits, now) || !slot.allowance.take(limits, cost) {
            self.evict(key);
            return None;
        }
        self.ticks += 1;
        if let Some(key) = self.by_use.remove(&slot.used) {
            self.by_use.insert(self.ticks, key);
        }
        slot.used = self.ticks;
        Some(Arc::clone(&slot.value))
    }

    /// Stores a value. Drops the value that it replaces, and those that exceed the capacity.
    pub(super) fn insert(&mut self, key: &[u8], value: Arc<T>, allowance: Allowance, most: usize) {
        self.evict(key);
        while self.len() >= most {
            let Some((_, oldest)) = self.by_use.first_key_value() else { break };
            let oldest = Arc::clone(oldest);
            self.evict(&oldest);
        }
        self.ticks += 1;
        let (key, born) = (Arc::<[u8]>::from(key), (allowance.born, self.ticks));
        self.by_age.insert(born, Arc::clone(&key));
        self.by_use.insert(self.ticks, Arc::clone(&key));
        self.slots.insert(key, Slot { value, allowance, born, used: self.ticks });
    }

    /// Drops expired values.
    pub(super) fn expire(&mut self, limits: &CacheLimits, now: Duration) {
        while let Some(((born, _), oldest)) = self.by_age.first_key_value() {
            if Allowance::new(*born).is_young(limits, now) {
                return;
            }
            let oldest = Arc::clone(oldest);
            self.evict(&oldest);
        }
    }

    /// Drops all values.
    pub(super) fn clear(&mut self) {
        self.evictions += self.slots.len() as u64;
        self.slots.clear();
        self.by_age.clear();
        self.by_use.clear();
    }

    /// Drops one value. Data keys wipe themselves.
    fn evict(&mut self, key: &[u8]) {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        if let Some(slot) = self.slots.remove(key) {
            self.by_age.remove(&slot.born);
            self.by_use.remove(&slot.used);
            self.evictions += 1;
        }
    }
}
