//! The stable error codes, the same in every binding.

use core::fmt;

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

            /// One sentence that says what the code means.
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
    /// The memory for a length that the caller asked for could not be had.
    NoMemory = 84, "no_memory";
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
