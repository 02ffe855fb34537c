//! The newest error of each thread, and the texts of all codes.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_void};
use std::io;
use std::sync::LazyLock;

use sealwax::{Error, ErrorCode};

use crate::failure::{Attachment, Failure, HostCause, answer, number, sealwax_code};
use crate::ffi::sealwax_destroy_fn;

/// What is remembered of an error.
#[derive(Default)]
struct LastError {
    code: sealwax_code,
    message: CString,
    needed: usize,
    chunk: u64,
    cause: i64,
    attachment: Option<Attachment>,
    committed: bool,
}

impl LastError {
    /// What the newest error has besides its text.
    fn add_details(&mut self, error: &Error) {
        self.committed = error.committed();
        match error {
            Error::BufferTooSmall { needed } => self.needed = *needed,
            Error::Authentication { chunk } => self.chunk = *chunk,
            _ => {}
        }
        match cause(error) {
            Some(Cause::Host(host)) => {
                self.cause = host.code;
                self.attachment.clone_from(&host.attachment);
            }
            Some(Cause::System(errno)) => self.cause = errno.into(),
            None => {}
        }
    }
}

thread_local! {
    static LAST: RefCell<LastError> = RefCell::default();
}

/// Remembers why a call of this thread failed. A thread that is ending forgets.
pub(crate) fn set(failure: &Failure) {
    let mut last = LastError {
        code: number(failure.code()),
        message: c_string(&failure.to_string()),
        ..LastError::default()
    };
    if let Failure::Core(error) | Failure::InFiles(error, _) = failure {
        last.add_details(error);
    }
    // The one before is dropped outside: letting go of its attachment calls the host.
    drop(LAST.try_with(|slot| slot.replace(last)));
}

/// Who is to blame for an error.
enum Cause<'a> {
    Host(&'a HostCause),
    System(i32),
}

fn cause(error: &Error) -> Option<Cause<'_>> {
    match error {
        Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts) => {
            let mut attempts = attempts.as_slice().iter();
            attempts.find_map(|attempt| HostCause::of(&attempt.error)).map(Cause::Host)
        }
        Error::Io(error) => io_cause(error),
        _ => None,
    }
}

/// The host's reason or `errno`, however many explanations the error is wrapped in.
fn io_cause(error: &io::Error) -> Option<Cause<'_>> {
    if let Some(errno) = error.raw_os_error() {
        return Some(Cause::System(errno));
    }
    let mut cause: &(dyn std::error::Error + 'static) = error.get_ref()?;
    loop {
        if let Some(host) = cause.downcast_ref() {
            return Some(Cause::Host(host));
        }
        if let Some(inner) = cause.downcast_ref::<io::Error>() {
            return io_cause(inner);
        }
        cause = cause.source()?;
    }
}

/// A zero byte inside of a text, from an id in a header, would end it early.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Reads a field of the thread's newest error.
fn read<T>(fallback: T, field: impl FnOnce(&LastError) -> T) -> T {
    answer(fallback, || {
        let value = LAST.try_with(|last| field(&last.borrow()));
        value.map_err(|_| Error::InvalidState("the thread is ending").into())
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

/// Whether the file that the newest failing call of this thread was to write is complete and has its
/// name all the same: only its surviving a power failure could not be promised. Else it is as it was
/// before the call.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_committed() -> bool {
    read(false, |last| last.committed)
}

/// What the callback that the newest error in this thread comes from gave along by
/// `sealwax_failure_attach`, if it named the same `destroy`, so that nobody takes the object of
/// another part of the program for its own; else null. It stays the library's, and is valid until
/// the next call that fails in this thread and until the thread ends.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_last_error_attachment(destroy: sealwax_destroy_fn) -> *mut c_void {
    read(std::ptr::null_mut(), |last| {
        let host = last.attachment.as_ref().map(Attachment::host);
        let own = host.filter(|host| host.goes_to(destroy));
        own.map_or(std::ptr::null_mut(), crate::ffi::HostData::pointer)
    })
}

struct Text {
    number: sealwax_code,
    name: CString,
    description: CString,
}

static TEXTS: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let text = |code: &ErrorCode| Text {
        number: number(*code),
        name: c_string(code.as_str()),
        description: c_string(code.description()),
    };
    ErrorCode::ALL.iter().map(text).collect()
});

fn text_of(
    code: sealwax_code,
    ok: *const c_char,
    unknown: *const c_char,
    field: impl FnOnce(&Text) -> *const c_char,
) -> *const c_char {
    answer(unknown, || match code {
        0 => Ok(ok),
        _ => Ok(TEXTS.iter().find(|text| text.number == code).map_or(unknown, field)),
    })
}

/// What a code means, in a sentence; never null, valid for ever, and made of the code alone.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_strerror(code: sealwax_code) -> *const c_char {
    let unknown = c"This code is not known to this version of the library.".as_ptr();
    text_of(code, c"Success.".as_ptr(), unknown, |text| text.description.as_ptr())
}

/// Stable name of a code, such as `truncated`; never null, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_code_name(code: sealwax_code) -> *const c_char {
    text_of(code, c"ok".as_ptr(), c"unknown".as_ptr(), |text| text.name.as_ptr())
}

#[cfg(test)]
pub(crate) struct Snapshot {
    pub(crate) code: sealwax_code,
    pub(crate) message: String,
}

#[cfg(test)]
pub(crate) fn snapshot() -> Snapshot {
    LAST.with_borrow(|last| Snapshot {
        code: last.code,
        message: last.message.to_string_lossy().into_owned(),
    })
}
