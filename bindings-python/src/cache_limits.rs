//! Limits and statistics of the caches.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealwax::{CacheLimits, CacheStats};

use crate::errors;

/// Converts the limits from Python's arguments.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) capacity: usize,
    pub(crate) max_age: f64,
    pub(crate) max_messages: u64,
    pub(crate) max_bytes: u64,
}

impl Limits {
    pub(crate) fn to_core(self, py: Python<'_>) -> PyResult<CacheLimits> {
        let age = Duration::try_from_secs_f64(self.max_age).map_err(|_| {
            errors::invalid(py, "invalid argument: max_age must be a positive number of seconds")
        })?;
        let limits = CacheLimits::new(self.capacity, age);
        Ok(limits.max_messages(self.max_messages).max_bytes(self.max_bytes))
    }
}

/// Converts the statistics of a cache for Python.
pub(crate) fn stats_dict(py: Python<'_>, stats: CacheStats) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("hits", stats.hits)?;
    dict.set_item("misses", stats.misses)?;
    dict.set_item("bypassed", stats.bypassed)?;
    dict.set_item("evictions", stats.evictions)?;
    dict.set_item("entries", stats.entries)?;
    Ok(dict)
}
