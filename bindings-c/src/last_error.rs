//! The newest error of each thread, and the texts of all codes.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::io;
use std::sync::LazyLock;

use sealwax::{Error, ErrorCode};

use crate::failure::{Failure, HostCause, answer, number, sealwax_code};

/// What is remembered of an error.
#[derive(Default)]
struct LastError {
    code: sealwax_code,
    message: CString,
    needed: usize,
    chunk: u64,
    cause: i64,
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
    match failure {
        Failure::Core(Error::BufferTooSmall { needed }) => last.needed = *needed,
        Failure::Core(Error::Authentication { chunk }) => last.chunk = *chunk,
        Failure::Core(error) => last.cause = host_code(error).unwrap_or_default(),
        _ => {}
    }
    let _ = LAST.try_with(|slot| slot.replace(last));
}

/// The number that the host gave for its failure, or the operating system.
fn host_code(error: &Error) -> Option<i64> {
    match error {
        Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts) => {
            let hosts = attempts.as_slice().iter();
            hosts.filter_map(|attempt| HostCause::of(&attempt.error)).map(|host| host.code).next()
        }
        Error::Io(error) => io_code(error),
        _ => None,
    }
}

/// The host's number or `errno`, however many explanations the error is wrapped in.
fn io_code(error: &io::Error) -> Option<i64> {
    if let Some(code) = error.raw_os_error() {
        return Some(code.into());
    }
    let mut cause: &(dyn std::error::Error + 'static) = error.get_ref()?;
    loop {
        if let Some(host) = cause.downcast_ref::<HostCause>() {
            return Some(host.code);
        }
        if let Some(inner) = cause.downcast_ref::<io::Error>() {
            return io_code(inner);
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
