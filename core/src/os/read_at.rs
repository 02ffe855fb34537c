//! Positional reads from a file, an object store, or any other source that supports them.

mod pool;
mod positional;
mod seek;

pub use positional::PositionalReader;
pub use seek::SeekReader;

use std::io;
use std::sync::Arc;

use crate::error::Result;
use crate::format::header::Header;

/// A source that threads can read at any offset concurrently.
///
/// Implemented for files, byte slices, and references and `Arc`s of readers. An implementation
/// for an object store maps one call to one request for a range.
pub trait ReadAt: Send + Sync {
    /// Reads some bytes at `offset` into the front of `buf` and returns their number; 0 at the end.
    ///
    /// # Errors
    /// Any; after [`io::ErrorKind::Interrupted`] the call is repeated.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// The total length in bytes.
    ///
    /// # Errors
    /// Any.
    fn size(&self) -> io::Result<u64>;
}

#[cfg(any(unix, windows))]
impl ReadAt for std::fs::File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(self, buf, offset);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(self, buf, offset);
    }

    fn size(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..));
        let rest = rest.unwrap_or_default();
        Ok(copy_front(rest, buf))
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.as_slice().read_at(buf, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.as_slice().size()
    }
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => {$(
        impl<T: ReadAt + ?Sized> ReadAt for $pointer {
            fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
                (**self).read_at(buf, offset)
            }

            fn size(&self) -> io::Result<u64> {
                (**self).size()
            }
        }
    )*};
}

through_pointer!(&T, Arc<T>, Box<T>);

/// Copies as much of `from` as fits into `to`; returns the number of bytes.
fn copy_front(from: &[u8], to: &mut [u8]) -> usize {
    let len = from.len().min(to.len());
    if let (Some(slot), Some(bytes)) = (to.get_mut(..len), from.get(..len)) {
        slot.copy_from_slice(bytes);
    }
    len
}

/// Reads at `offset` until `buf` is full or the source ends; returns the number of bytes.
pub(super) fn read_up_to<R: ReadAt + ?Sized>(
    source: &R,
    buf: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buf.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read_at(rest, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            // A faulty reader may claim more bytes than `buf` has.
            Ok(read) => filled += read.min(rest.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Fills `buf` from `offset` on. If the source ends before that, it has changed.
pub(super) fn read_exact_at<R: ReadAt + ?Sized>(
    source: &R,
    buf: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    if read_up_to(source, buf, offset)? == buf.len() {
        Ok(())
    } else {
        let what = "the source is shorter than it was when it was opened";
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, what))
    }
}

/// Length of the first read, in bytes, which most headers fit.
const FIRST_READ_LEN: usize = 4_096;

/// Reads the header of an envelope; returns its bytes, which were parsed once.
pub(super) fn read_header<R: ReadAt + ?Sized>(source: &R) -> Result<Vec<u8>> {
    let bytes = read_front(source)?;
    Header::parse(&bytes)?;
    Ok(bytes)
}

/// The first bytes, as many as the header claims to have, or some if it is not a header.
pub(super) fn read_front<R: ReadAt + ?Sized>(source: &R) -> Result<Vec<u8>> {
    let mut bytes = vec![0; FIRST_READ_LEN];
    let mut filled = read_up_to(source, &mut bytes, 0)?;
    let announced = Header::announced_len(bytes.get(..filled).unwrap_or_default());
    let header_len = announced.ok().flatten().unwrap_or(filled);
    bytes.resize(header_len.max(filled), 0);
    filled += read_up_to(source, bytes.get_mut(filled..).unwrap_or_default(), filled as u64)?;
    bytes.truncate(filled.min(header_len));
    Ok(bytes)
}
