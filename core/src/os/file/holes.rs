//! Sparse files: holes of a source are not read, and zeros of a target become holes.

use std::fs::File;
use std::io;

use crate::os::read_at::ReadAt;

/// Whether runs of zeros in a plaintext become holes in its file, which occupy no disk space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sparse {
    /// Runs of 64 KiB and more, so that a sparse file stays sparse.
    #[default]
    Auto,
    /// None: the whole file occupies disk space.
    Never,
    /// Every block of 4 KiB.
    Always,
}

impl Sparse {
    /// The size of the smallest hole, in bytes.
    const fn block_len(self) -> Option<usize> {
        match self {
            Sparse::Auto => Some(1 << 16),
            Sparse::Never => None,
            Sparse::Always => Some(1 << 12),
        }
    }

    /// Calls `write` with each part of `bytes` outside holes, and its offset.
    pub(super) fn write_around<E>(
        self,
        bytes: &[u8],
        mut write: impl FnMut(&[u8], usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = 0..bytes.len();
        for (index, block) in bytes.chunks(self.block_len().unwrap_or(usize::MAX)).enumerate() {
            let len = block.len();
            if self.block_len() == Some(len) && is_zero(block) {
                let at = index * len;
                write_some(bytes, rest.start..at, &mut write)?;
                rest.start = at + len;
            }
        }
        write_some(bytes, rest, &mut write)
    }
}

fn write_some<E>(
    bytes: &[u8],
    range: std::ops::Range<usize>,
    write: &mut impl FnMut(&[u8], usize) -> Result<(), E>,
) -> Result<(), E> {
    match bytes.get(range.clone()) {
        Some(some) if !some.is_empty() => write(some, range.start),
        _ => Ok(()),
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.chunks(64).all(|some| some.iter().fold(0, |all, byte| all | byte) == 0)
}

/// A file whose holes are not read.
pub(super) struct AroundHoles<'a>(pub(super) &'a File);

impl ReadAt for AroundHoles<'_> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let end = offset.saturating_add(buf.len() as u64);
        if data_from(self.0, offset).is_some_and(|data| data >= end) {
            buf.fill(0);
            return Ok(buf.len());
        }
        self.0.read_at(buf, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}

/// The offset of the next data at or after `offset`; the end if there is none; `None` if the system
/// does not tell.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn data_from(file: &File, offset: u64) -> Option<u64> {
    use rustix::fs::{SeekFrom, seek};
    match seek(file, SeekFrom::Data(offset)) {
        Ok(data) => Some(data),
        Err(rustix::io::Errno::NXIO) => file.size().ok(),
        Err(_) => None,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn data_from(_file: &File, _offset: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sparse: Sparse, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        let write = |some: &[u8], at: usize| {
            assert_eq!(some, &bytes[at..at + some.len()]);
            all.push((at, some.len()));
            Ok::<(), ()>(())
        };
        sparse.write_around(bytes, write).unwrap();
        all
    }

    #[test]
    fn long_runs_of_zeros_are_left_out() {
        let mut bytes = vec![0; 300_000];
        assert_eq!(written(Sparse::Never, &bytes), [(0, 300_000)]);
        assert_eq!(written(Sparse::Auto, &bytes), [(262_144, 37_856)], "the rest is short");
        bytes[65_536] = 1;
        assert_eq!(written(Sparse::Auto, &bytes), [(65_536, 65_536), (262_144, 37_856)]);
        assert_eq!(written(Sparse::Always, &bytes), [(65_536, 4_096), (299_008, 992)]);
        assert_eq!(written(Sparse::Auto, &[]), []);
        assert_eq!(written(Sparse::Auto, &[0; 1_000]), [(0, 1_000)]);
    }
}
