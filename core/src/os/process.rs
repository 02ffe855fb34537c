//! The check that a message continues only in the process that started it.

use crate::error::{Error, Result};

/// The process that started an operation, and the only one that may continue it.
///
/// After a `fork`, parent and child hold the same state. If both continued to encrypt with one
/// state machine, they would seal two plaintexts under one key and nonce, which reveals both. The
/// adapters of [`io`](crate::io) make this check. A host that drives an
/// [`Encryptor`](crate::Encryptor) itself and may be forked must make it as well:
///
/// ```
/// use sealwax::{OwnProcess, Result};
/// struct Upload { process: OwnProcess }
/// impl Upload {
///     fn part(&mut self) -> Result<()> {
///         self.process.check()
///     }
/// }
/// Upload { process: OwnProcess::new() }.part()?;
/// # Ok::<(), sealwax::Error>(())
/// ```
///
/// Handles need no check, because every message has its own random salt and therefore its own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnProcess(u32);

impl OwnProcess {
    /// The current process.
    #[expect(clippy::new_without_default, reason = "a default would hide that it asks the system")]
    pub fn new() -> Self {
        OwnProcess(std::process::id())
    }

    /// Refuses to continue in another process.
    ///
    /// # Errors
    /// [`Error::InvalidState`] unless this process made it.
    pub fn check(self) -> Result<()> {
        if self == Self::new() { Ok(()) } else { Err(FORKED) }
    }
}

#[cfg(test)]
impl OwnProcess {
    /// A value as a child inherits it from its parent.
    pub(crate) fn of_parent() -> Self {
        OwnProcess(std::process::id() + 1)
    }
}

const FORKED: Error = Error::InvalidState("begun in another process, before a fork");
