//! Why a call failed, and the number that C sees.

use std::fmt;
use std::path::Path;

use sealwax::{Error, ErrorCode, Escaped};

/// Result of a function of the API.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// What a call returns: `SEALWAX_OK` or one of `SEALWAX_ERR_...`. The generator of the header
/// takes the numbers from the core's table.
pub type sealwax_code = u32;

/// Success.
pub(crate) const OK: sealwax_code = 0;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the core.
    Core(Error),
    /// An error of the core about these files.
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

    /// Names the file, or the source and the target.
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
