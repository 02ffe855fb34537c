//! Encryption of files.

use std::io::{Read, Write};
use std::path::Path;

use crate::crypto::rng::SysRng;
use zeroize::Zeroizing;

use super::body_io::Body;
use super::failed;
use super::holes::AroundHoles;
use super::options::FileOptions;
use super::source::Source;
use super::target::{FileTarget, NewMode};
use super::wait::{Interruptible, Progress};
use super::write_at::WriteAt as _;
use crate::engine::encrypt::{EncryptHandle, EncryptOptions};
use crate::error::Result;
use crate::format::chunked::Cipher;
use crate::keys::KeyProvider;
use crate::os::io::EncryptWriter;

/// Bytes that one read takes from a pipe.
pub(super) const STREAM_LEN: usize = 1 << 18;

/// Encrypts the file `src` into the file `dst` and returns the length of the envelope in bytes.
///
/// `src` may be a pipe or a device such as `/dev/stdin`. [`FileTarget`] says how `dst` is written,
/// and how links, pipes and devices are handled. No provider is called before `dst` can be written.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) with the system's error;
/// [`Error::AlreadyExists`](crate::Error::AlreadyExists) unless overwriting is allowed;
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if both are the same file;
/// [`Error::Cancelled`](crate::Error::Cancelled); as `encrypt`. On any error `dst` does not change,
/// unless [`Error::committed`](crate::Error::committed) says otherwise.
pub fn encrypt_file(
    src: impl AsRef<Path>,
    dst: impl AsRef<Path>,
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let source = Source::open(src.as_ref(), file)?;
    source.check_target(dst.as_ref())?;
    let target = FileTarget::create_as(dst.as_ref(), file, NewMode::Usual)?;
    match source.len {
        Some(len) if !target.is_straight() => {
            by_offset(&source, len, target, providers, options, file)
        }
        Some(len) => in_sequence(&source, target, providers, &options.for_len(len), file),
        None => in_sequence(&source, target, providers, options, file),
    }
}

fn by_offset(
    source: &Source,
    len: u64,
    target: FileTarget,
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let options = options.for_len(len);
    let (dek, keys) = options.generate_dek(providers, Some(len), &mut SysRng)?;
    let handle = EncryptHandle::new(&dek, &keys, &options, &mut SysRng)?;
    let (prefix, schedule) = handle.body_schedule(options.associated_data, &mut SysRng)?;
    let total = handle.sealed_len(len)?;
    let unwritable = failed("cannot write the target");
    target.file().set_len(total).map_err(&unwritable)?;
    let front = [handle.header(), prefix.to_bytes().as_slice()].concat();
    target.file().write_all_at(&front, 0).map_err(&unwritable)?;
    let cipher = Cipher::new(&schedule);
    let body = Body::new(&cipher, handle.header().len() as u64, len, file);
    if source.has_holes() {
        body.seal(&AroundHoles(&source.file), target.file())?;
    } else {
        body.seal(&source.file, target.file())?;
    }
    source.check_unchanged()?;
    target.commit()?;
    Ok(total)
}

fn in_sequence(
    source: &Source,
    target: FileTarget,
    providers: &[&dyn KeyProvider],
    options: &EncryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let progress = &Progress::new(file, source.len);
    let target = Interruptible { inner: target, progress };
    let counter = Counter { inner: target, written: 0 };
    let mut writer = EncryptWriter::new(counter, providers, options)?;
    copy(&mut Interruptible { inner: source, progress }, &mut writer, progress)?;
    let Counter { inner: target, written } = writer.finish()?;
    target.inner.commit()?;
    Ok(written)
}

/// Copies to the end; returns the number of bytes.
pub(super) fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    progress: &Progress<'_>,
) -> Result<u64> {
    let mut buffer = Zeroizing::new(vec![0; STREAM_LEN]);
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(progress.done()),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        to.write_all(buffer.get(..read).unwrap_or_default())?;
        progress.add(read)?;
    }
}

/// Counts the bytes written.
struct Counter<W> {
    inner: W,
    written: u64,
}

impl<W: Write> Write for Counter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written = self.written.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
