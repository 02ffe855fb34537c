//! Reads plaintext at any offset of a file or of an object of the host.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use sealwax::read_at::{PositionalReader, ReadAt};
use sealwax::{DecryptHandle, Error, file};

use crate::failure::{Failure, sealwax_code};
use crate::header::sealwax_header;
use crate::host_object::{HostObject, sealwax_read_callbacks};
use crate::options::sealwax_decrypt_options;
use crate::output::fill_metadata;
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};

/// Reads plaintext at any offset of an encrypted object.
///
/// A read fetches the chunks that it needs and no others. Any number of threads can use a reader at
/// the same time; it holds no lock while it reads or decrypts.
pub struct sealwax_reader {
    inner: Arc<dyn Plaintext>,
}

/// A reader of the core over any kind of object.
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

/// Opens an encrypted file for reading at any offset. Free it with `sealwax_reader_free`.
///
/// `detached_header` is the header of a file that holds a body alone, else null. Reads of more than
/// 4 MiB use `threads` threads, 0 for every core. This call authenticates the length.
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
        let providers = Providers::of(objects!(providers, provider_count));
        let (options, out) = (kept!(options), out!(out_reader));
        let options = sealwax_decrypt_options::view_of(options.as_ref());
        let reader = if header.is_empty() {
            file::open_file(path, &providers.all(), &options)
        } else {
            file::open_detached_file(path, header, &providers.all(), &options)
        };
        let reader = reader.map_err(|error| Failure::with_files(error, path, None))?;
        out.give(sealwax_reader { inner: Arc::new(reader.threads(threads)) })
    })
}

/// As `sealwax_reader_open_file`, for an object that the host reads, such as one of an object
/// store.
///
/// The callbacks are copied. The reader owns `user_data` once this call has succeeded, and calls
/// `destroy` once when it is freed.
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
        let providers = Providers::of(objects!(providers, provider_count));
        let (options, out) = (kept!(options), out!(out_reader));
        let (object, options) = (HostObject::new(callbacks, user_data)?, options.as_ref());
        let object = Arc::new(object);
        let reader = if header.is_empty() {
            let options = sealwax_decrypt_options::view_of(options);
            PositionalReader::open(Arc::clone(&object), &providers.all(), &options)?
        } else {
            open_detached(Arc::clone(&object), header, &providers, options)?
        };
        object.keep();
        out.give(sealwax_reader { inner: Arc::new(reader.threads(threads)) })
    })
}

/// A reader of a body whose header is stored elsewhere.
fn open_detached<R: ReadAt>(
    body: R,
    header: &[u8],
    providers: &Providers,
    options: Option<&sealwax_decrypt_options>,
) -> Result<PositionalReader<R>, Error> {
    let core_options = sealwax_decrypt_options::view_of(options);
    let handle = DecryptHandle::open(header, &providers.all(), &core_options)?;
    let associated_data = sealwax_decrypt_options::associated_data_of(options);
    PositionalReader::with_detached_header(body, handle, associated_data)
}

/// Reads the plaintext at `offset` and fills `output`. `out_read` is less than its length only at
/// the end of the plaintext. After a failure all of `output` is zeroed.
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
        out.set(reader.read_at(output, offset)?)
    })
}

/// Authenticated length of the plaintext.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_len(
    reader: *const sealwax_reader,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| out!(out_len).set(object!(reader).inner.len()))
}

/// Copies the verified header. Free it with `sealwax_header_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_header(
    reader: *const sealwax_reader,
    out_header: *mut *mut sealwax_header,
) -> sealwax_code {
    entry(|| {
        let (reader, out) = (&object!(reader).inner, out!(out_header));
        out.give(sealwax_header::copy_of(&reader.handle().header()?))
    })
}

/// Copies the metadata. A message without metadata gives 0 bytes, and `out_present` is false.
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
        let (out_len, out_present) = (out!(out_len), optional_out!(out_present));
        let metadata = object!(reader).inner.handle().metadata()?;
        fill_metadata(metadata.as_ref(), output, out_len, out_present)
    })
}

/// Frees a reader. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_reader_free(reader: *mut sealwax_reader) {
    entry(|| free!(reader));
}
