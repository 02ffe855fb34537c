//! Which process a message belongs to.

use crate::error::{Error, Result};

/// The process that began something, and that alone may go on with it.
///
/// After a `fork`, parent and child hold the same state. If both went on encrypting with one state
/// machine, two plaintexts would be sealed under one key and nonce, which reveals both. The
/// adapters of [`io`](crate::io) carry one of these; a host that drives an
/// [`Encryptor`](crate::Encryptor) itself and may be forked does the same:
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
/// Handles need no check: each message draws its own salt, and with it its own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnProcess(u32);

impl OwnProcess {
    /// The process that asks.
    #[expect(clippy::new_without_default, reason = "a default would hide that it asks the system")]
    pub fn new() -> Self {
        OwnProcess(std::process::id())
    }

    /// Refuses to go on in another process.
    ///
    /// # Errors
    /// [`Error::InvalidState`] unless this is the process that made it.
    pub fn check(self) -> Result<()> {
        if self == Self::new() { Ok(()) } else { Err(FORKED) }
    }
}

#[cfg(test)]
impl OwnProcess {
    /// As a child inherits it from its parent.
    pub(crate) fn of_parent() -> Self {
        OwnProcess(std::process::id() + 1)
    }
}

const FORKED: Error = Error::InvalidState("begun in another process, before a fork");
