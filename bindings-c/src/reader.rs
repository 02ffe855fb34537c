//! Reading plaintext at any offset: of a file, and of whatever the host can read.

use std::ffi::{c_char, c_void};
use std::fs::File;
use std::io;
use std::sync::Arc;

use sealwax::read_at::{PositionalReader, ReadAt};
use sealwax::{DecryptHandle, Error, file};

use crate::host_provider::sealwax_failure;
use crate::failure::{Failure, HostCause, OK, Result, entry, sealwax_code};
use crate::ffi::{HostData, give, sealwax_destroy_fn};
use crate::header::sealwax_header;
use crate::options::sealwax_decrypt_options;
use crate::provider::sealwax_provider;
use crate::text::fill;

/// Reads plaintext at any offset of an encrypted object.
///
/// A read fetches the chunks that it needs and no others. Any number of threads can use it at
/// the same time; nothing is locked while bytes are read or opened.
pub struct sealwax_reader {
    inner: Arc<dyn Plaintext>,
}

/// A reader of the core, whatever it reads.
trait Plaintext: Send + Sync {
    fn read_at(&self, output: &mut [u8], offset: u64) -> Result<usize, Error>;
    fn len(&self) -> u64;
    fn handle(&self) -> &DecryptHandle;
}

impl<R: ReadAt> Plaintext for PositionalReader<R> {
    fn read_at(&self, output: &mut [u8], offset: u64) -> Result<usize, Error> {
        PositionalReader::read_at(self, output, offset)
    }

    fn len(&self) -> u64 {
        PositionalReader::len(self)
    }

    fn handle(&self) -> &DecryptHandle {
        PositionalReader::handle(self)
    }
}

/// Reads at most `len` bytes at `offset` into `buffer` and writes to `out_read` how many: 0 at the
/// end only.
pub type sealwax_read_at_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        buffer: *mut u8,
        len: usize,
        offset: u64,
        out_read: *mut usize,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// Writes the whole length of the object to `out_size`, in bytes.
pub type sealwax_size_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        out_size: *mut u64,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// The functions of an object that the host reads. As for `sealwax_provider_callbacks`: they
/// return `SEALWAX_OK`, or any other code after `sealwax_failure_set`; they may be called from
/// several threads at the same time; they must return, and may call the library and free the reader,
/// as said there.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_read_callbacks {
    /// `sizeof(sealwax_read_callbacks)`; later versions may append functions, as said there.
    pub struct_size: usize,
    /// Reads at an offset.
    pub read_at: sealwax_read_at_fn,
    /// The length of the object.
    pub size: sealwax_size_fn,
    /// Lets go of `user_data`; called once. Null: there is nothing to let go of.
    pub destroy: sealwax_destroy_fn,
}

/// An object of the host.
struct HostObject {
    callbacks: sealwax_read_callbacks,
    host: HostData,
}

impl ReadAt for HostObject {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let read_at = self.callbacks.read_at.ok_or(io::ErrorKind::Unsupported)?;
        let (user_data, mut read, mut failure) =
            (self.host.pointer(), 0, sealwax_failure::default());
        let code = {
            let (buffer, len) = (buf.as_mut_ptr(), buf.len());
            let (read, failure) = (&raw mut read, &raw mut failure);
            call!(read_at(user_data, buffer, len, offset, read, failure))
        };
        check("read_at", code, failure)?;
        if read > buf.len() {
            let message = format!("the host says that {read} bytes fit {}", buf.len());
            return Err(io::Error::other(HostCause {
                code: 0,
                message,
                denied: false,
                attachment: None,
            }));
        }
        Ok(read)
    }

    fn size(&self) -> io::Result<u64> {
        let size = self.callbacks.size.ok_or(io::ErrorKind::Unsupported)?;
        let (user_data, mut found, mut failure) =
            (self.host.pointer(), 0, sealwax_failure::default());
        let code = {
            let (found, failure) = (&raw mut found, &raw mut failure);
            call!(size(user_data, found, failure))
        };
        check("size", code, failure)?;
        Ok(found)
    }
}

fn check(function: &str, code: sealwax_code, failure: sealwax_failure) -> io::Result<()> {
    if code == OK { Ok(()) } else { Err(io::Error::other(failure.into_cause(function, code))) }
}

/// Opens an encrypted file for reading at any offset. Free it with `sealwax_reader_free`.
///
/// `detached_header` is null, unless the file holds a body alone. Reads of more than 4 MiB use
/// `threads` threads, 0 for every core. The length is authenticated here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_open_file(
    path: *const c_char,
    detached_header: *const u8,
    detached_header_len: usize,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_decrypt_options,
    threads: usize,
    out_reader: *mut *mut sealwax_reader,
) -> sealwax_code {
    entry(|| {
        let (path, header) = (path!(path), bytes!(detached_header, detached_header_len));
        let providers = providers!(providers, provider_count);
        let (options, out) = (kept!(options), out!(out_reader));
        let core_options = sealwax_decrypt_options::view_of(options.as_ref());
        let open = || match header {
            [] => file::open_file(path, &providers.asked(), &core_options),
            header => {
                let body = File::open(path)?;
                let handle = DecryptHandle::open(header, &providers.asked(), &core_options)?;
                let aad = sealwax_decrypt_options::associated_data_of(options.as_ref());
                PositionalReader::with_detached_header(body, handle, aad)
            }
        };
        let reader = open().map_err(|error| Failure::with_files(error, path, None))?;
        out.set(give(sealwax_reader { inner: Arc::new(reader.threads(threads)) }));
        Ok(())
    })
}

/// As `sealwax_reader_open_file`, for an object that the host reads: of an object store, of a
/// database.
///
/// The callbacks are copied. `user_data` belongs to the reader from now on: `destroy` is called
/// once with it, when the reader is freed. If this call fails, `destroy` is not called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_open(
    callbacks: *const sealwax_read_callbacks,
    user_data: *mut c_void,
    detached_header: *const u8,
    detached_header_len: usize,
    providers: *const *const sealwax_provider,
    provider_count: usize,
    options: *const sealwax_decrypt_options,
    threads: usize,
    out_reader: *mut *mut sealwax_reader,
) -> sealwax_code {
    entry(|| {
        let callbacks = sized!(callbacks);
        let header = bytes!(detached_header, detached_header_len);
        let providers = providers!(providers, provider_count);
        let (options, out) = (kept!(options), out!(out_reader));
        if callbacks.read_at.is_none() || callbacks.size.is_none() {
            return Err(Error::InvalidArgument("a reader needs read_at and size").into());
        }
        let host = HostData::lent(user_data, callbacks.destroy);
        let object = Arc::new(HostObject { callbacks, host });
        let core_options = sealwax_decrypt_options::view_of(options.as_ref());
        let reader = if header.is_empty() {
            PositionalReader::open(Arc::clone(&object), &providers.asked(), &core_options)?
        } else {
            let handle = DecryptHandle::open(header, &providers.asked(), &core_options)?;
            let aad = sealwax_decrypt_options::associated_data_of(options.as_ref());
            PositionalReader::with_detached_header(Arc::clone(&object), handle, aad)?
        };
        object.host.keep();
        out.set(give(sealwax_reader { inner: Arc::new(reader.threads(threads)) }));
        Ok(())
    })
}

/// Reads the plaintext at `offset` into `output`: as much as fits, less only at the end, where
/// `out_read` is less or 0. After a failure all of `output` is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_read_at(
    reader: *const sealwax_reader,
    output: *mut u8,
    output_len: usize,
    offset: u64,
    out_read: *mut usize,
) -> sealwax_code {
    entry(|| {
        let output = output!(output, output_len);
        let (reader, out) = (Arc::clone(&object!(reader).inner), out!(out_read));
        out.set(reader.read_at(output, offset)?);
        Ok(())
    })
}

/// Length of the plaintext, authenticated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_len(
    reader: *const sealwax_reader,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let (reader, out) = (&object!(reader).inner, out!(out_len));
        out.set(reader.len());
        Ok(())
    })
}

/// Copies the verified header. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_header(
    reader: *const sealwax_reader,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (reader, out) = (&object!(reader).inner, out!(out_header));
        out.set(give(sealwax_header::copy_of(&reader.handle().header()?)));
        Ok(())
    })
}

/// Copies the metadata. Metadata that is not there is 0 bytes long and `out_present` is false.
/// `out_present` can be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_metadata(
    reader: *const sealwax_reader,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
    out_present: *mut bool,
) -> sealwax_code {
    entry(|| {
        let output = output!(output, capacity);
        let (reader, out) = (&object!(reader).inner, out!(out_len));
        let metadata = reader.handle().metadata()?;
        let present = metadata.is_some();
        out.set(fill(output, metadata.as_deref().map_or(&[][..], Vec::as_slice))?);
        if let Ok(out) = out_or_none!(out_present) {
            out.set(present);
        }
        Ok(())
    })
}

/// Frees a reader. Null is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_free(reader: *mut sealwax_reader) {
    entry(|| {
        free!(reader);
        Ok(())
    });
}
