//! The `user_data` of the host's callbacks.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use super::sealwax_destroy_fn;

/// A `user_data` with the function that releases it.
pub(crate) struct HostData {
    user_data: *mut c_void,
    destroy: sealwax_destroy_fn,
    /// Whether the library releases it.
    owned: AtomicBool,
}

// SAFETY: the pointer is only handed back to the host's functions, which the host promises can be
// called from any thread and at the same time.
unsafe impl Send for HostData {}
// SAFETY: as for `Send`.
unsafe impl Sync for HostData {}

impl HostData {
    /// Data that the library owns.
    pub(crate) const fn new(user_data: *mut c_void, destroy: sealwax_destroy_fn) -> Self {
        HostData { user_data, destroy, owned: AtomicBool::new(true) }
    }

    /// Data that the host owns until `keep`.
    pub(crate) const fn lent(user_data: *mut c_void, destroy: sealwax_destroy_fn) -> Self {
        HostData { user_data, destroy, owned: AtomicBool::new(false) }
    }

    pub(crate) fn keep(&self) {
        self.owned.store(true, Ordering::Relaxed);
    }

    /// Whether this function releases it. A caller that knows the function knows the data's type.
    pub(crate) fn goes_to(&self, destroy: sealwax_destroy_fn) -> bool {
        match (self.destroy, destroy) {
            (Some(own), Some(other)) => std::ptr::fn_addr_eq(own, other),
            _ => false,
        }
    }

    pub(crate) const fn pointer(&self) -> *mut c_void {
        self.user_data
    }
}

impl Drop for HostData {
    fn drop(&mut self) {
        if let (Some(destroy), true) = (self.destroy, *self.owned.get_mut()) {
            // SAFETY: the host promises that its function can be called once with its own data.
            unsafe { destroy(self.user_data) }
        }
    }
}
