//! What `pthread_cancel` may not interrupt.

use std::ffi::c_int;

/// Keeps `pthread_cancel` from ending this thread for as long as it lives: the thread would end in
/// the middle of a call, with locks held and keys left behind. It is due when the call has returned.
pub(crate) struct Uncancelled(c_int);

#[cfg(target_os = "linux")]
unsafe extern "C" {
    safe fn pthread_setcancelstate(state: c_int, old_state: &mut c_int) -> c_int;
}

/// Elsewhere there is no such thing, or the system's libraries are not prepared for it.
#[cfg(not(target_os = "linux"))]
fn pthread_setcancelstate(_state: c_int, _old_state: &mut c_int) -> c_int {
    0
}

impl Uncancelled {
    pub(crate) fn new() -> Self {
        /// Both of Linux's C libraries say so.
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
