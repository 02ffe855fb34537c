//! Waiting for descriptors that answer at once, as other programs may have left them.

use std::fs::File;
use std::io;

/// Waits until a descriptor that does not block takes bytes again.
#[cfg(unix)]
pub(super) fn until_writable(file: &File) -> io::Result<()> {
    until(file, rustix::event::PollFlags::OUT)
}

/// Waits until a descriptor that does not block gives bytes again.
#[cfg(unix)]
pub(super) fn until_readable(file: &File) -> io::Result<()> {
    until(file, rustix::event::PollFlags::IN)
}

#[cfg(unix)]
fn until(file: &File, event: rustix::event::PollFlags) -> io::Result<()> {
    use rustix::event::{PollFd, poll};
    match poll(&mut [PollFd::new(file, event)], None) {
        // A signal: the caller tries again.
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
pub(super) fn until_writable(_file: &File) -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

#[cfg(not(unix))]
pub(super) fn until_readable(_file: &File) -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}
