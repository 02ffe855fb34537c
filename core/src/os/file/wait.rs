//! I/O that may wait for another program, and can be interrupted: pipes, sockets, devices.
//!
//! The standard library restarts such a wait after each signal, so the host would never notice a
//! Ctrl-C. This module asks the host whether to continue.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::failed;
use super::options::FileOptions;
use crate::error::Result;

/// The mode in which a file is opened.
#[derive(Clone, Copy)]
pub(super) enum Access {
    Read,
    Write,
    /// For appending.
    Append,
}

/// Opens a file. Opening a pipe waits for its other end; after a signal `ask` decides whether to
/// continue. `what` names the operation in errors.
#[cfg(unix)]
pub(super) fn open(
    path: &Path,
    access: Access,
    what: &'static str,
    ask: impl Fn() -> Result<()>,
) -> Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = match access {
        Access::Read => OFlags::RDONLY,
        Access::Write => OFlags::WRONLY,
        Access::Append => OFlags::WRONLY | OFlags::APPEND,
    };
    loop {
        match rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty()) {
            Err(rustix::io::Errno::INTR) => ask()?,
            Err(error) => return Err(failed(what)(error.into())),
            Ok(opened) => return Ok(opened.into()),
        }
    }
}

#[cfg(not(unix))]
pub(super) fn open(
    path: &Path,
    access: Access,
    what: &'static str,
    _ask: impl Fn() -> Result<()>,
) -> Result<File> {
    let mut options = std::fs::OpenOptions::new();
    let options = match access {
        Access::Read => options.read(true),
        Access::Write => options.write(true),
        Access::Append => options.append(true),
    };
    options.open(path).map_err(failed(what))
}

/// Waits until a non-blocking descriptor accepts bytes again. Another program may have made it
/// non-blocking.
#[cfg(unix)]
pub(super) fn until_writable(file: &File) -> io::Result<()> {
    until(file, rustix::event::PollFlags::OUT)
}

/// Waits until a non-blocking descriptor has bytes again.
#[cfg(unix)]
pub(super) fn until_readable(file: &File) -> io::Result<()> {
    until(file, rustix::event::PollFlags::IN)
}

#[cfg(unix)]
fn until(file: &File, event: rustix::event::PollFlags) -> io::Result<()> {
    use rustix::event::{PollFd, poll};
    poll(&mut [PollFd::new(file, event)], None)?;
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn until_writable(_file: &File) -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

#[cfg(not(unix))]
pub(super) fn until_readable(_file: &File) -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// The progress of one call.
pub(super) struct Progress<'a> {
    file: &'a FileOptions<'a>,
    done: Cell<u64>,
    total: u64,
}

impl<'a> Progress<'a> {
    /// Starts at zero; the total is `None` if it is unknown.
    pub(super) fn new(file: &'a FileOptions<'a>, total: Option<u64>) -> Self {
        Progress { file, done: Cell::new(0), total: total.unwrap_or(0) }
    }

    /// Adds to the bytes of plaintext done so far.
    pub(super) fn add(&self, len: usize) -> Result<()> {
        self.done.set(self.done.get().saturating_add(len as u64));
        self.ask()
    }

    /// The bytes of plaintext done so far.
    pub(super) fn done(&self) -> u64 {
        self.done.get()
    }

    /// Asks the host whether to continue.
    fn ask(&self) -> Result<()> {
        self.file.report(self.done.get(), self.total)
    }
}

/// A reader or writer that may wait, and asks the host after a signal.
pub(super) struct Interruptible<'a, S> {
    pub(super) inner: S,
    pub(super) progress: &'a Progress<'a>,
}

impl<S> Interruptible<'_, S> {
    fn repeat(&mut self, mut call: impl FnMut(&mut S) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            match call(&mut self.inner) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.progress.ask()?,
                done => return done,
            }
        }
    }
}

impl<S: Read> Read for Interruptible<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.repeat(|inner| inner.read(buf))
    }
}

impl<S: Write> Write for Interruptible<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.repeat(|inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A reader and writer for tests whose every other call is interrupted by a signal.
    struct Signals<S>(S, bool);

    impl<S> Signals<S> {
        fn next(&mut self) -> io::Result<&mut S> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(&mut self.0) }
        }
    }

    impl<S: Read> Read for Signals<S> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.next()?.read(buf)
        }
    }

    impl<S: Write> Write for Signals<S> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.next()?.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_host_is_asked_after_a_signal_and_nothing_is_lost() {
        let asked = AtomicUsize::new(0);
        let count = |done: u64, total: u64| {
            assert_eq!((done, total), (2, 4));
            asked.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Continue(())
        };
        let file = FileOptions::new().progress(&count);
        let progress = Progress { file: &file, done: Cell::new(2), total: 4 };
        let mut reader = Interruptible { inner: Signals(&b"tide"[..], false), progress: &progress };
        let mut read = [0; 4];
        reader.read_exact(&mut read).unwrap();
        let mut writer = Interruptible { inner: Signals(Vec::new(), false), progress: &progress };
        writer.write_all(b"tide").unwrap();
        assert_eq!((&read, writer.inner.0.as_slice()), (b"tide", &b"tide"[..]));
        assert_eq!(asked.into_inner(), 2);
    }

    #[test]
    fn the_host_ends_a_wait() {
        let file = FileOptions::new().progress(&|_, _| ControlFlow::Break(()));
        let progress = Progress::new(&file, None);
        let mut reader = Interruptible { inner: Signals(&b"tide"[..], false), progress: &progress };
        let stopped = Error::from(reader.read(&mut [0; 4]).unwrap_err());
        assert!(matches!(stopped, Error::Cancelled), "{stopped}");
        let mut writer = Interruptible { inner: Signals(Vec::new(), false), progress: &progress };
        let stopped = Error::from(writer.write_all(b"tide").unwrap_err());
        assert!(matches!(stopped, Error::Cancelled), "{stopped}");
        assert!(writer.inner.0.is_empty());
    }
}
