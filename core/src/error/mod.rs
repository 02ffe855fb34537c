//! One error type, and the stable codes that every binding shares.

mod attempts;
mod code;
mod code_from;
mod details;
mod escape;

pub use attempts::Attempts;
#[cfg(feature = "alloc")]
pub use attempts::{Attempt, ProviderError};
pub use code::ErrorCode;
#[cfg(feature = "alloc")]
pub use details::KeyName;
pub use details::{KeyMismatch, PairMismatch};
pub use escape::Escaped;

use core::fmt;

/// Result of every fallible call of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What went wrong. [`Error::code`] gives the stable code.
///
/// # Security
/// An error carries codes, offsets, counts and public identifiers, never a key, plaintext or
/// a secret of the host. A provider's own error is the cause. All text of a header or of a KMS that
/// an error shows is [`Escaped`](crate::Escaped).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The call does not accept this argument.
    InvalidArgument(&'static str),
    /// The call is not allowed in the object's current state.
    InvalidState(&'static str),
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// Size that suffices, in bytes.
        needed: usize,
    },
    /// The input does not start with `SEALWAX`.
    BadMagic,
    /// This library does not know the format version.
    UnsupportedVersion(u8),
    /// This library does not know the cipher suite.
    UnsupportedSuite(u16),
    /// The header breaks the rule that the text names.
    Malformed(&'static str),
    /// The text names what is over its limit (see [`crate::limits`]).
    LimitExceeded(&'static str),
    /// No configured provider accepts any of the wrapped keys.
    NoMatchingKey(KeyMismatch),
    /// A provider of the host failed.
    ProviderFailed(Attempts),
    /// A wrapped key did not unwrap.
    KeyUnwrap(Attempts),
    /// The body's key commitment does not match.
    CommitmentMismatch,
    /// A required pair of the encryption context is missing or has another value.
    ContextMismatch(PairMismatch),
    /// The header MAC does not verify.
    HeaderAuthentication,
    /// A chunk is not authentic.
    Authentication {
        /// Index of the chunk in its message, from 0.
        chunk: u64,
    },
    /// The input ends before the message does.
    Truncated,
    /// Bytes follow the end of the message.
    TrailingData,
    /// Reading or writing failed.
    #[cfg(feature = "std")]
    Io(std::io::Error),
    /// The host cancelled the operation.
    Cancelled,
    /// The target exists and may not be overwritten.
    AlreadyExists,
    /// The source of randomness failed.
    Randomness,
    /// There is no memory for a length that the caller asked for.
    NoMemory,
}

impl Error {
    /// The stable code of this error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Error::InvalidArgument(_) => ErrorCode::InvalidArgument,
            Error::InvalidState(_) => ErrorCode::InvalidState,
            Error::BufferTooSmall { .. } => ErrorCode::BufferTooSmall,
            Error::BadMagic => ErrorCode::BadMagic,
            Error::UnsupportedVersion(_) => ErrorCode::UnsupportedVersion,
            Error::UnsupportedSuite(_) => ErrorCode::UnsupportedSuite,
            Error::Malformed(_) => ErrorCode::Malformed,
            Error::LimitExceeded(_) => ErrorCode::LimitExceeded,
            Error::NoMatchingKey(_) => ErrorCode::NoMatchingKey,
            Error::ProviderFailed(_) => ErrorCode::ProviderFailed,
            Error::KeyUnwrap(_) => ErrorCode::KeyUnwrap,
            Error::CommitmentMismatch => ErrorCode::CommitmentMismatch,
            Error::ContextMismatch(_) => ErrorCode::ContextMismatch,
            Error::HeaderAuthentication => ErrorCode::HeaderAuthentication,
            Error::Authentication { .. } => ErrorCode::Authentication,
            Error::Truncated => ErrorCode::Truncated,
            Error::TrailingData => ErrorCode::TrailingData,
            #[cfg(feature = "std")]
            Error::Io(_) => ErrorCode::Io,
            Error::Cancelled => ErrorCode::Cancelled,
            Error::AlreadyExists => ErrorCode::AlreadyExists,
            Error::Randomness => ErrorCode::Randomness,
            Error::NoMemory => ErrorCode::NoMemory,
        }
    }

    /// The operating system's error number of an [`Error::Io`], if it has one.
    #[cfg(feature = "std")]
    pub fn raw_os_error(&self) -> Option<i32> {
        let Error::Io(error) = self else { return None };
        let first: Option<&(dyn core::error::Error + 'static)> = Some(error);
        core::iter::successors(first, |cause| cause.source())
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .find_map(std::io::Error::raw_os_error)
    }

    /// A copy without the cause, for a state machine whose errors are sticky.
    #[cfg(feature = "alloc")]
    pub(crate) fn repeat(&self) -> Error {
        match self {
            Error::InvalidArgument(what) => Error::InvalidArgument(what),
            Error::InvalidState(what) => Error::InvalidState(what),
            Error::BufferTooSmall { needed } => Error::BufferTooSmall { needed: *needed },
            Error::BadMagic => Error::BadMagic,
            Error::UnsupportedVersion(version) => Error::UnsupportedVersion(*version),
            Error::UnsupportedSuite(suite) => Error::UnsupportedSuite(*suite),
            Error::Malformed(what) => Error::Malformed(what),
            Error::LimitExceeded(what) => Error::LimitExceeded(what),
            Error::NoMatchingKey(keys) => Error::NoMatchingKey(keys.clone()),
            Error::ProviderFailed(_) => Error::ProviderFailed(Attempts::default()),
            Error::KeyUnwrap(_) => Error::KeyUnwrap(Attempts::default()),
            Error::CommitmentMismatch => Error::CommitmentMismatch,
            Error::ContextMismatch(pair) => Error::ContextMismatch(pair.clone()),
            Error::HeaderAuthentication => Error::HeaderAuthentication,
            Error::Authentication { chunk } => Error::Authentication { chunk: *chunk },
            Error::Truncated => Error::Truncated,
            Error::TrailingData => Error::TrailingData,
            #[cfg(feature = "std")]
            Error::Io(error) => Error::Io(match self.raw_os_error() {
                Some(number) => std::io::Error::from_raw_os_error(number),
                None => error.kind().into(),
            }),
            Error::Cancelled => Error::Cancelled,
            Error::AlreadyExists => Error::AlreadyExists,
            Error::Randomness => Error::Randomness,
            Error::NoMemory => Error::NoMemory,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InvalidArgument(what) => write!(f, "invalid argument: {what}"),
            Error::InvalidState(what) => write!(f, "invalid state: {what}"),
            Error::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small: {needed} bytes are needed")
            }
            Error::BadMagic => f.write_str("not a Sealwax envelope"),
            Error::UnsupportedVersion(version) => {
                write!(f, "format version {version} is not supported")
            }
            Error::UnsupportedSuite(suite) => {
                write!(f, "cipher suite 0x{suite:04x} is not supported")
            }
            Error::Malformed(what) => write!(f, "malformed envelope: {what}"),
            Error::LimitExceeded(what) => write!(f, "over the limit: {what}"),
            Error::NoMatchingKey(keys) => keys.fmt(f),
            Error::ProviderFailed(attempts) => write!(f, "the key provider failed{attempts}"),
            Error::KeyUnwrap(attempts) => write!(f, "the wrapped key did not open{attempts}"),
            Error::CommitmentMismatch => f.write_str(
                "key commitment mismatch: wrong key, wrong associated data or another object's header",
            ),
            Error::ContextMismatch(pair) => pair.fmt(f),
            Error::HeaderAuthentication => {
                f.write_str("header authentication failed: wrong key or modified header")
            }
            Error::Authentication { chunk } => {
                write!(f, "chunk {chunk} is not authentic: modified or cut")
            }
            Error::Truncated => f.write_str("truncated: the input ends before the message does"),
            Error::TrailingData => f.write_str("bytes follow the end of the data"),
            #[cfg(feature = "std")]
            Error::Io(error) => write!(f, "input/output failed: {}", Escaped::new(error)),
            Error::Cancelled => f.write_str("cancelled by the host"),
            Error::AlreadyExists => f.write_str("the target exists already"),
            Error::Randomness => f.write_str("the source of randomness failed"),
            Error::NoMemory => f.write_str("out of memory"),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            #[cfg(feature = "std")]
            Error::Io(error) => Some(error),
            #[cfg(feature = "alloc")]
            Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts) => attempts
                .as_slice()
                .iter()
                .find_map(|attempt| core::error::Error::source(&attempt.error)),
            _ => None,
        }
    }
}

#[cfg(feature = "std")]
impl From<std::io::Error> for Error {
    /// Unwraps an [`Error`] that an `io::Error` carries.
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(inner) => inner,
            Err(error) => Error::Io(error),
        }
    }
}

#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Io(inner) => inner.kind(),
            Error::Truncated => std::io::ErrorKind::UnexpectedEof,
            Error::AlreadyExists => std::io::ErrorKind::AlreadyExists,
            Error::InvalidArgument(_) | Error::InvalidState(_) => std::io::ErrorKind::InvalidInput,
            _ => std::io::ErrorKind::InvalidData,
        };
        std::io::Error::new(kind, error)
    }
}
