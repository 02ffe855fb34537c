//! The newest error of a thread, for C.

use std::ffi::{c_char, c_void};
use std::ptr;

use sealwax::Error;

use crate::error_record::{self, ErrorRecord};
use crate::failure::sealwax_code;
use crate::ffi::{HostData, sealwax_destroy_fn};
use crate::host_cause::Attachment;
use crate::panic_boundary::answer;

/// Reads a field of the thread's newest error.
fn read<T>(fallback: T, field: impl FnOnce(&ErrorRecord) -> T) -> T {
    answer(fallback, || {
        error_record::read(field).ok_or(Error::InvalidState("the thread is ending").into())
    })
}

/// Code of the newest error in this thread; `SEALWAX_OK` if no call has failed in it.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_code() -> sealwax_code {
    read(0, |last| last.code)
}

/// Text of the newest error in this thread, with the causes that the host's callbacks gave.
///
/// Never null; empty if no call has failed. Valid until the next call that fails in this thread
/// and until the thread ends. A call that succeeds leaves it as it is.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_message() -> *const c_char {
    read(c"".as_ptr(), |last| last.message.as_ptr())
}

/// Size of buffer that would have been enough, in bytes, if the newest error in this thread is
/// `SEALWAX_ERR_BUFFER_TOO_SMALL`, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_needed() -> usize {
    read(0, |last| last.needed)
}

/// Index of the chunk that was not authentic, from 0, if the newest error in this thread is
/// `SEALWAX_ERR_AUTHENTICATION`, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_chunk() -> u64 {
    read(0, |last| last.chunk)
}

/// Number that a callback of the host gave for its failure, or `errno` of the operating system,
/// if the newest error in this thread has such a cause, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_cause() -> i64 {
    read(0, |last| last.cause)
}

/// Whether the file that the newest failing call of this thread was writing is complete and has its
/// name. Then the call failed only to make sure that the file survives a power failure. If false,
/// the target is as it was before the call.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_committed() -> bool {
    read(false, |last| last.committed)
}

/// Object that a callback attached to the newest error of this thread by `sealwax_failure_attach`;
/// null if there is none, or if its `destroy` function is another one. So a part of a program never
/// takes the object of another part for its own.
///
/// The library owns the object. It is valid until the next call that fails in this thread and until
/// the thread ends.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_attachment(destroy: sealwax_destroy_fn) -> *mut c_void {
    read(ptr::null_mut(), |last| {
        let host = last.attachment.as_ref().map(Attachment::host);
        let own = host.filter(|host| host.goes_to(destroy));
        own.map_or(ptr::null_mut(), HostData::pointer)
    })
}
