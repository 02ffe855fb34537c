//! Decryption of files, and readers of encrypted files.

use std::fs::File;
use std::path::Path;

use super::body_io::Body;
use super::disk::RealDisk;
use super::encrypt::copy;
use super::failed;
use super::journal;
use super::options::FileOptions;
use super::source::Source;
use super::target::{FileTarget, NewMode};
use super::wait::{Interruptible, Progress};
use crate::engine::decrypt::{DecryptHandle, DecryptOptions};
use crate::error::Result;
use crate::format::chunked::{Cipher, PREFIX_LEN, Prefix, plaintext_len};
use crate::keys::KeyProvider;
use crate::os::io::DecryptReader;
use crate::os::read_at::{PositionalReader, SeekReader, read_exact_at, read_header};

/// Decrypts the envelope in the file `src` into the file `dst` and returns the length of the
/// plaintext in bytes.
///
/// `src` may be a pipe or a device such as `/dev/stdin`. [`FileTarget`] says how `dst` is written,
/// and how links, pipes and devices are handled. Only the owner may read a new `dst`, unless
/// [`FileOptions::mode`] says otherwise. An interrupted rewrap of `src` is finished or undone
/// first. No provider is called before `dst` can be written.
///
/// # Errors
/// [`Error::Io`] with the system's error; [`Error::AlreadyExists`] unless overwriting is allowed;
/// [`Error::InvalidArgument`] if both are the same file; [`Error::Cancelled`]; any error of the
/// classes format, key and body. On any error `dst` does not change, unless [`Error::committed`]
/// says otherwise, or `dst` is a pipe or a device, which has received the chunks before the failed
/// one.
///
/// [`Error::AlreadyExists`]: crate::Error::AlreadyExists
/// [`Error::Cancelled`]: crate::Error::Cancelled
/// [`Error::InvalidArgument`]: crate::Error::InvalidArgument
/// [`Error::Io`]: crate::Error::Io
/// [`Error::committed`]: crate::Error::committed
pub fn decrypt_file(
    src: impl AsRef<Path>,
    dst: impl AsRef<Path>,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let (src, dst) = (src.as_ref(), dst.as_ref());
    let source = Source::open(src, file)?;
    source.check_target(dst)?;
    let target = FileTarget::create_as(dst, file, NewMode::Private)?;
    match source.len {
        Some(len) if !target.is_straight() => {
            by_offset(src, &source, len, target, providers, options, file)
        }
        Some(_) => straight(src, &source, target, providers, options, file),
        None => in_sequence(&source, target, providers, options, file),
    }
}

fn by_offset(
    path: &Path,
    source: &Source,
    len: u64,
    target: FileTarget,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let (handle, repair) = journal::open(path, &source.file, providers, options)?;
    let offset = handle.header_bytes().len() as u64;
    let plaintext_len = plaintext_len(len.saturating_sub(offset))?;
    let mut prefix = [0; PREFIX_LEN];
    read_exact_at(&source.file, &mut prefix, offset).map_err(failed("cannot read the source"))?;
    let schedule = handle.body_schedule(&Prefix::split(&prefix)?.0, options.associated_data)?;
    repair.try_after_reading(path, &RealDisk);
    target.file().set_len(plaintext_len).map_err(failed("cannot write the target"))?;
    let cipher = Cipher::new(&schedule);
    Body::new(&cipher, offset, plaintext_len, file).open(&source.file, target.file())?;
    source.check_unchanged()?;
    target.commit()?;
    Ok(plaintext_len)
}

/// Decrypts a file into a pipe or a device. The length is authenticated before the first byte is
/// written.
fn straight(
    path: &Path,
    source: &Source,
    target: FileTarget,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let (handle, repair) = journal::open(path, &source.file, providers, options)?;
    let reader = PositionalReader::with_handle(&source.file, handle, options.associated_data)?;
    repair.try_after_reading(path, &RealDisk);
    let len = reader.len();
    let mut reader = SeekReader::new(reader.threads(file.threads));
    let progress = &Progress::new(file, Some(len));
    let mut target = Interruptible { inner: target, progress };
    let written = copy(&mut reader, &mut target, progress)?;
    target.inner.commit()?;
    Ok(written)
}

fn in_sequence(
    source: &Source,
    target: FileTarget,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
    file: &FileOptions<'_>,
) -> Result<u64> {
    let progress = &Progress::new(file, None);
    let source = Interruptible { inner: source, progress };
    let mut reader = DecryptReader::new(source, providers, options)?;
    let mut target = Interruptible { inner: target, progress };
    let written = copy(&mut reader, &mut target, progress)?;
    target.inner.commit()?;
    Ok(written)
}

/// Opens an encrypted file for reading at any offset.
///
/// An interrupted rewrap is finished or undone first.
///
/// # Errors
/// [`Error::Io`]; any of the format, key and body classes.
///
/// [`Error::Io`]: crate::Error::Io
pub fn open_file(
    path: impl AsRef<Path>,
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<PositionalReader<File>> {
    let source = Source::open_positional(path.as_ref())?;
    let (handle, repair) = journal::open(path.as_ref(), &source.file, providers, options)?;
    let reader = PositionalReader::with_handle(source.file, handle, options.associated_data)?;
    repair.try_after_reading(path.as_ref(), &RealDisk);
    Ok(reader)
}

/// Opens a file that holds only a body; its header is stored elsewhere.
///
/// # Errors
/// As [`open_file`].
pub fn open_detached_file(
    path: impl AsRef<Path>,
    header: &[u8],
    providers: &[&dyn KeyProvider],
    options: &DecryptOptions<'_>,
) -> Result<PositionalReader<File>> {
    let source = Source::open_positional(path.as_ref())?;
    let handle = DecryptHandle::open(header, providers, options)?;
    PositionalReader::with_detached_header(source.file, handle, options.associated_data)
}

/// Reads the header of an encrypted file: its bytes, for [`Header::parse`](crate::Header::parse).
///
/// No key is needed, and nothing is authenticated.
///
/// # Errors
/// [`Error::Io`]; any error of the class format; [`Error::Truncated`].
///
/// [`Error::Io`]: crate::Error::Io
/// [`Error::Truncated`]: crate::Error::Truncated
pub fn inspect_file(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    read_header(&Source::open_plain(path.as_ref())?.file)
}
