//! Why a call failed, and the wall that every entry stands behind.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use sealwax::{Error, ErrorCode, Escaped, ProviderError};

use crate::ffi::{HostData, Uncancelled};
use crate::last_error;

/// Result of everything that an entry does.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// What a call returns: `SEALWAX_OK` or one of `SEALWAX_ERR_...`. The generator of the header
/// writes the numbers out of the core's table.
pub type sealwax_code = u32;

/// Success.
pub(crate) const OK: sealwax_code = 0;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core said so.
    Core(Error),
    /// The core said so of these files.
    InFiles(Error, String),
    /// The argument of this name is null.
    NullPointer(&'static str),
    /// A bug in this library.
    Panic(String),
}

impl Failure {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Failure::Core(error) | Failure::InFiles(error, _) => error.code(),
            Failure::NullPointer(_) => ErrorCode::NullPointer,
            Failure::Panic(_) => ErrorCode::Panic,
        }
    }
}

impl Failure {
    /// Says in which file, or from which to which.
    pub(crate) fn with_files(error: Error, source: &Path, target: Option<&Path>) -> Self {
        let shown = |path: &Path| Escaped::quoted(path.display()).to_string();
        let files = match target {
            Some(target) => format!("{} to {}", shown(source), shown(target)),
            None => shown(source),
        };
        Failure::InFiles(error, files)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Core(error) => error.fmt(f),
            Failure::InFiles(error, files) => write!(f, "{error} ({files})"),
            Failure::NullPointer(name) => write!(f, "null pointer: {name}"),
            Failure::Panic(message) => write!(f, "a bug in Sealwax: {message}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Core(error)
    }
}

/// Number of an error code, as C sees it.
pub(crate) fn number(code: ErrorCode) -> sealwax_code {
    code.as_u16().into()
}

/// Runs what an entry does: no panic passes, no cancellation interrupts it, and an error becomes
/// the thread's last error.
pub(crate) fn entry(body: impl FnOnce() -> Result<()>) -> sealwax_code {
    let _uncancelled = Uncancelled::new();
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return OK,
        Ok(Err(failure)) => failure,
        Err(payload) => Failure::Panic(panic_message(payload.as_ref())),
    };
    let code = number(failure.code());
    last_error::set(&failure);
    code
}

/// As [`entry`], for the few calls that return their answer and `fallback` if there is none.
pub(crate) fn answer<T>(fallback: T, body: impl FnOnce() -> Result<T>) -> T {
    let mut answer = fallback;
    entry(|| {
        answer = body()?;
        Ok(())
    });
    answer
}

fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

/// What a function of the host gave as the reason of its failure.
#[derive(Debug)]
pub(crate) struct HostCause {
    pub(crate) code: i64,
    pub(crate) message: String,
    /// Whether the KMS refused the permission.
    pub(crate) denied: bool,
    pub(crate) attachment: Option<Attachment>,
}

/// What a failing function of the host gave along, for its own use.
#[derive(Clone)]
pub(crate) struct Attachment(Arc<HostData>);

impl Attachment {
    pub(crate) fn new(host: HostData) -> Self {
        Attachment(Arc::new(host))
    }

    pub(crate) fn host(&self) -> &HostData {
        &self.0
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attachment")
    }
}

impl HostCause {
    /// What the host gave as the reason of a provider's failure, if it was the host that failed.
    pub(crate) fn of(error: &ProviderError) -> Option<&Self> {
        match error {
            ProviderError::Failed(cause) | ProviderError::RejectedBecause(cause) => {
                cause.downcast_ref()
            }
            _ => None,
        }
    }
}

impl fmt::Display for HostCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)
    }
}

impl std::error::Error for HostCause {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_code() {
        let code = entry(|| panic!("chunk {} of none", 7));
        assert_eq!(code, 5);
        let last = last_error::snapshot();
        assert_eq!((last.code, last.message.as_str()), (5, "a bug in Sealwax: chunk 7 of none"));
        assert_eq!(entry(|| std::panic::panic_any(3)), 5);
        assert_eq!(last_error::snapshot().message, "a bug in Sealwax: no message");
    }

    #[test]
    fn an_answer_has_a_fallback() {
        assert_eq!(answer(1, || Ok(2)), 2);
        assert_eq!(answer(1, || Err(Failure::NullPointer("header"))), 1);
        assert_eq!(last_error::snapshot().message, "null pointer: header");
        assert_eq!(answer(1, || panic!("no answer")), 1);
        assert_eq!(last_error::snapshot().code, 5);
    }
}
