//! One error type, and the stable codes that every binding shares.

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, string::String, vec::Vec};

/// Result of every fallible call of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

macro_rules! error_codes {
    ($(#[doc = $doc:literal] $variant:ident = $number:literal, $name:literal;)*) => {
        /// A stable error code: the number and the name never change and are never reused.
        ///
        /// The numbers form classes: 1-19 misuse, 20-39 format, 40-59 key, 60-79 body,
        /// 80-99 host. `vectors/error_codes.json` lists them for the bindings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum ErrorCode { $(#[doc = $doc] $variant = $number,)* }

        impl ErrorCode {
            /// Every code, in ascending order.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable `snake_case` name.
            pub const fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name,)* }
            }

            /// What the code means, in a sentence.
            pub const fn description(self) -> &'static str {
                match self { $(ErrorCode::$variant => $doc.trim_ascii(),)* }
            }
        }
    };
}

error_codes! {
    /// An argument is outside of what the call accepts.
    InvalidArgument = 1, "invalid_argument";
    /// The call does not fit the state of the object.
    InvalidState = 2, "invalid_state";
    /// The caller's buffer is too small; the error says the size needed.
    BufferTooSmall = 3, "buffer_too_small";
    /// A pointer that must not be null is null (C binding).
    NullPointer = 4, "null_pointer";
    /// A bug in Sealwax, caught at the boundary of a binding.
    Panic = 5, "panic";
    /// The input is not a Sealwax envelope.
    BadMagic = 20, "bad_magic";
    /// The envelope has a format version that this library does not know.
    UnsupportedVersion = 21, "unsupported_version";
    /// The envelope names a cipher suite that this library does not know.
    UnsupportedSuite = 22, "unsupported_suite";
    /// The header breaks a rule of the format.
    Malformed = 23, "malformed";
    /// A count or a length is over its limit.
    LimitExceeded = 24, "limit_exceeded";
    /// No configured provider may unwrap any of the wrapped keys.
    NoMatchingKey = 40, "no_matching_key";
    /// The host's provider failed: unreachable, denied, out of time.
    ProviderFailed = 41, "provider_failed";
    /// A wrapped key did not open under the key that it names.
    KeyUnwrap = 42, "key_unwrap";
    /// The key commitment of a body does not fit the DEK, the header or the associated data.
    CommitmentMismatch = 43, "commitment_mismatch";
    /// The encryption context lacks a pair that the reader requires.
    ContextMismatch = 44, "context_mismatch";
    /// The header MAC does not fit: a wrong DEK or a modified header.
    HeaderAuthentication = 45, "header_authentication";
    /// A chunk is not authentic.
    Authentication = 60, "authentication";
    /// The input ends before the message does.
    Truncated = 61, "truncated";
    /// Bytes follow where nothing may follow.
    TrailingData = 62, "trailing_data";
    /// Reading or writing failed.
    Io = 80, "io";
    /// The host cancelled the operation.
    Cancelled = 81, "cancelled";
    /// The target exists and may not be overwritten.
    AlreadyExists = 82, "already_exists";
    /// The source of randomness failed.
    Randomness = 83, "randomness";
}

impl ErrorCode {
    /// The stable number.
    pub const fn as_u16(self) -> u16 {
        self as u16
    }

    /// The class of the code: `misuse`, `format`, `key`, `body` or `host`.
    pub const fn class(self) -> &'static str {
        match self.as_u16() {
            0..=19 => "misuse",
            20..=39 => "format",
            40..=59 => "key",
            60..=79 => "body",
            _ => "host",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong. [`Error::code`] gives the stable code.
///
/// # Security
/// An error carries codes, offsets, counts and public identifiers, never a key, plaintext or
/// a secret of the host. A provider's own error travels as the cause.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An argument is outside of what the call accepts.
    InvalidArgument(&'static str),
    /// The call does not fit the state of the object.
    InvalidState(&'static str),
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// Size that is enough, in bytes.
        needed: usize,
    },
    /// The input does not start with `SEALWAX`.
    BadMagic,
    /// The format version byte is not one that this library knows.
    UnsupportedVersion(u8),
    /// The suite number is not one that this library knows.
    UnsupportedSuite(u16),
    /// The header breaks the rule that the text names.
    Malformed(&'static str),
    /// The text names what is over its limit (see [`crate::limits`]).
    LimitExceeded(&'static str),
    /// No configured provider may unwrap any of the wrapped keys.
    NoMatchingKey,
    /// A provider failed on the host's side.
    ProviderFailed(Attempts),
    /// A wrapped key did not open.
    KeyUnwrap(Attempts),
    /// The body's key commitment does not fit.
    CommitmentMismatch,
    /// A required pair of the encryption context is missing or has another value.
    ContextMismatch,
    /// The header MAC does not fit.
    HeaderAuthentication,
    /// A chunk is not authentic.
    Authentication {
        /// Index of the chunk in its message, from 0.
        chunk: u64,
    },
    /// The input ends before the message does.
    Truncated,
    /// Bytes follow where nothing may follow.
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
            Error::NoMatchingKey => ErrorCode::NoMatchingKey,
            Error::ProviderFailed(_) => ErrorCode::ProviderFailed,
            Error::KeyUnwrap(_) => ErrorCode::KeyUnwrap,
            Error::CommitmentMismatch => ErrorCode::CommitmentMismatch,
            Error::ContextMismatch => ErrorCode::ContextMismatch,
            Error::HeaderAuthentication => ErrorCode::HeaderAuthentication,
            Error::Authentication { .. } => ErrorCode::Authentication,
            Error::Truncated => ErrorCode::Truncated,
            Error::TrailingData => ErrorCode::TrailingData,
            #[cfg(feature = "std")]
            Error::Io(_) => ErrorCode::Io,
            Error::Cancelled => ErrorCode::Cancelled,
            Error::AlreadyExists => ErrorCode::AlreadyExists,
            Error::Randomness => ErrorCode::Randomness,
        }
    }

    /// The same error again, for a state machine whose errors are sticky. Causes stay behind.
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
            Error::NoMatchingKey => Error::NoMatchingKey,
            Error::ProviderFailed(_) => Error::ProviderFailed(Attempts::default()),
            Error::KeyUnwrap(_) => Error::KeyUnwrap(Attempts::default()),
            Error::CommitmentMismatch => Error::CommitmentMismatch,
            Error::ContextMismatch => Error::ContextMismatch,
            Error::HeaderAuthentication => Error::HeaderAuthentication,
            Error::Authentication { chunk } => Error::Authentication { chunk: *chunk },
            Error::Truncated => Error::Truncated,
            Error::TrailingData => Error::TrailingData,
            #[cfg(feature = "std")]
            Error::Io(error) => Error::Io(error.kind().into()),
            Error::Cancelled => Error::Cancelled,
            Error::AlreadyExists => Error::AlreadyExists,
            Error::Randomness => Error::Randomness,
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
            Error::NoMatchingKey => {
                f.write_str("no configured key matches a wrapped key of this envelope")
            }
            Error::ProviderFailed(attempts) => write!(f, "the key provider failed{attempts}"),
            Error::KeyUnwrap(attempts) => write!(f, "the wrapped key did not open{attempts}"),
            Error::CommitmentMismatch => f.write_str(
                "key commitment mismatch: wrong key, wrong associated data or another object's header",
            ),
            Error::ContextMismatch => {
                f.write_str("the encryption context lacks a required pair")
            }
            Error::HeaderAuthentication => {
                f.write_str("header authentication failed: wrong key or modified header")
            }
            Error::Authentication { chunk } => {
                write!(f, "chunk {chunk} is not authentic: modified or cut")
            }
            Error::Truncated => f.write_str("truncated: the input ends before the message does"),
            Error::TrailingData => f.write_str("bytes follow the end of the data"),
            #[cfg(feature = "std")]
            Error::Io(error) => write!(f, "input/output failed: {error}"),
            Error::Cancelled => f.write_str("cancelled by the host"),
            Error::AlreadyExists => f.write_str("the target exists already"),
            Error::Randomness => f.write_str("the source of randomness failed"),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            #[cfg(feature = "std")]
            Error::Io(error) => Some(error),
            #[cfg(feature = "alloc")]
            Error::ProviderFailed(attempts) | Error::KeyUnwrap(attempts) => {
                attempts.list.iter().find_map(|attempt| core::error::Error::source(&attempt.error))
            }
            _ => None,
        }
    }
}

#[cfg(feature = "std")]
impl From<std::io::Error> for Error {
    /// Takes back an [`Error`] that travelled inside of an `io::Error`.
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

/// The attempts to wrap or unwrap a DEK that failed, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Attempts {
    #[cfg(feature = "alloc")]
    list: Vec<Attempt>,
}

/// One failed attempt.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct Attempt {
    /// Provider that was asked.
    pub provider_id: String,
    /// Key that was to wrap or unwrap the DEK; empty where the provider never named it.
    pub key_id: String,
    /// What the provider answered.
    pub error: ProviderError,
}

#[cfg(feature = "alloc")]
impl Attempts {
    /// The failed attempts, first to last.
    pub fn as_slice(&self) -> &[Attempt] {
        &self.list
    }

    /// The failed attempts, by value.
    pub fn into_vec(self) -> Vec<Attempt> {
        self.list
    }
}

#[cfg(feature = "alloc")]
impl From<Vec<Attempt>> for Attempts {
    fn from(list: Vec<Attempt>) -> Self {
        Attempts { list }
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "alloc")]
        for (index, attempt) in self.list.iter().enumerate() {
            let lead = if index == 0 { ": " } else { "; " };
            write!(f, "{lead}{} {}: {}", attempt.provider_id, attempt.key_id, attempt.error)?;
        }
        #[cfg(not(feature = "alloc"))]
        let _ = f;
        Ok(())
    }
}

/// How a [`crate::KeyProvider`] fails.
#[cfg(feature = "alloc")]
#[derive(Debug)]
#[non_exhaustive]
pub enum ProviderError {
    /// The wrapped key did not open: it was modified, or belongs to another key or context.
    Rejected,
    /// As [`ProviderError::Rejected`], with the host's own error as the cause.
    RejectedBecause(Box<dyn core::error::Error + Send + Sync>),
    /// The host's KMS failed: unreachable, denied, key disabled, out of time.
    Failed(Box<dyn core::error::Error + Send + Sync>),
}

#[cfg(feature = "alloc")]
impl ProviderError {
    /// A failure with the host's own error, or a text, as the cause.
    pub fn failed(cause: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        ProviderError::Failed(cause.into())
    }

    /// A rejection with the host's own error, or a text, as the cause.
    pub fn rejected(cause: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        ProviderError::RejectedBecause(cause.into())
    }
}

#[cfg(feature = "alloc")]
impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProviderError::Rejected => f.write_str("the wrapped key was rejected"),
            ProviderError::RejectedBecause(cause) => {
                write!(f, "the wrapped key was rejected: {cause}")
            }
            ProviderError::Failed(cause) => write!(f, "{cause}"),
        }
    }
}

#[cfg(feature = "alloc")]
impl core::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            ProviderError::Rejected => None,
            ProviderError::RejectedBecause(cause) | ProviderError::Failed(cause) => {
                Some(cause.as_ref())
            }
        }
    }
}
