//! Defers `pthread_cancel` during a call.

use std::ffi::c_int;

/// A guard that defers `pthread_cancel` of this thread. A thread that ended in the middle of a call
/// would hold locks and leave keys behind. The cancellation takes effect after the call.
pub(crate) struct Uncancelled(c_int);

#[cfg(target_os = "linux")]
unsafe extern "C" {
    safe fn pthread_setcancelstate(state: c_int, old_state: &mut c_int) -> c_int;
}

/// Other systems have no cancellation, or their libraries do not support it.
#[cfg(not(target_os = "linux"))]
fn pthread_setcancelstate(_state: c_int, _old_state: &mut c_int) -> c_int {
    0
}

impl Uncancelled {
    pub(crate) fn new() -> Self {
        /// The value in glibc and musl.
        const PTHREAD_CANCEL_DISABLE: c_int = 1;
        let mut old = PTHREAD_CANCEL_DISABLE;
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut old);
        Uncancelled(old)
    }
}

impl Drop for Uncancelled {
    fn drop(&mut self) {
        pthread_setcancelstate(self.0, &mut 0);
    }
}
