//! The newest error of each thread.

use std::cell::RefCell;
use std::ffi::CString;
use std::io;

use sealwax::Error;

use crate::failure::{Failure, number, sealwax_code};
use crate::host_cause::{Attachment, HostCause};

/// The record of an error.
#[derive(Default)]
pub(crate) struct ErrorRecord {
    pub(crate) code: sealwax_code,
    pub(crate) message: CString,
    pub(crate) needed: usize,
    pub(crate) chunk: u64,
    pub(crate) cause: i64,
    pub(crate) attachment: Option<Attachment>,
    pub(crate) committed: bool,
}

impl ErrorRecord {
    /// Adds the details of an error of the core.
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
    static LAST: RefCell<ErrorRecord> = RefCell::default();
}

/// Records why a call of this thread failed. A thread that is ending records nothing.
pub(crate) fn set(failure: &Failure) {
    let mut last = ErrorRecord {
        code: number(failure.code()),
        message: c_string(&failure.to_string()),
        ..ErrorRecord::default()
    };
    if let Failure::Core(error) | Failure::InFiles(error, _) = failure {
        last.add_details(error);
    }
    // The old record is dropped outside the cell, because its attachment may call the host.
    drop(LAST.try_with(|slot| slot.replace(last)));
}

/// Reads the newest error of this thread; `None` while the thread is ending.
pub(crate) fn read<T>(field: impl FnOnce(&ErrorRecord) -> T) -> Option<T> {
    LAST.try_with(|last| field(&last.borrow())).ok()
}

/// The cause of an error.
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

/// The host's reason or `errno`, through every error that wraps it.
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

/// Text for C. A zero byte would end it early; ids in a header can hold one.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Code and message of the newest error.
#[cfg(test)]
pub(crate) fn newest() -> (sealwax_code, String) {
    LAST.with_borrow(|last| (last.code, last.message.to_string_lossy().into_owned()))
}
