//! The extension module of the Python package `sealwax`. Every function converts its arguments,
//! makes one call of the core without the GIL, and converts the result.

mod audit_log;
mod audited_provider;
mod borrowed_buffer;
mod cache_limits;
mod caching_decryptor;
mod caching_encryptor;
mod caching_provider;
mod call_context;
mod caller;
mod context;
mod data;
mod decrypt_handle;
mod encrypt_handle;
mod errors;
mod file;
mod file_options;
mod fresh;
mod gil;
mod header;
mod host_error;
mod host_provider;
mod hpke;
mod interrupts;
mod key_file;
mod keys;
mod loaded;
mod local;
mod object;
mod oneshot;
mod options;
mod origin;
mod provider;
mod range_opener;
mod reader;
mod segments;
mod signals_and_progress;
mod target;
mod text;
mod work;
mod wrap_failures;
mod wrapped_key;
mod writer;

use core::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// Functions and classes that the package re-exports or builds upon.
///
/// Requires the GIL: this module is not tested with free-threaded builds.
#[pymodule(gil_used = true)]
mod _sealwax {
    #[pymodule_export]
    use crate::caching_decryptor::CachingDecryptor;
    #[pymodule_export]
    use crate::caching_encryptor::CachingEncryptor;
    #[pymodule_export]
    use crate::caching_provider::CachingProvider;
    #[pymodule_export]
    use crate::context::canonical_context;
    #[pymodule_export]
    use crate::data::check_buffer;
    #[pymodule_export]
    use crate::decrypt_handle::DecryptHandle;
    #[pymodule_export]
    use crate::encrypt_handle::EncryptHandle;
    #[pymodule_export]
    use crate::file::{decrypt_file, encrypt_file, inspect_file, rewrap_file};
    #[pymodule_export]
    use crate::file_options::FileBatch;
    #[pymodule_export]
    use crate::gil::longest_hold;
    #[pymodule_export]
    use crate::header::{parse_header, rewrap_header, sealed_size};
    #[pymodule_export]
    use crate::hpke::{HpkeIdentity, HpkeRecipient};
    #[pymodule_export]
    use crate::key_file::{key_from_content, key_from_env, key_from_file};
    #[pymodule_export]
    use crate::local::LocalKey;
    #[pymodule_export]
    use crate::oneshot::{decrypt, decrypt_into, encrypt, encrypt_detached, encrypt_into, rewrap};
    #[pymodule_export]
    use crate::range_opener::{RangeOpener, announced_header_len, plaintext_size};
    #[pymodule_export]
    use crate::reader::{RangeReader, StreamReader};
    #[pymodule_export]
    use crate::segments::{set_thread_limit, thread_limit};
    #[pymodule_export]
    use crate::target::FileTarget;
    #[pymodule_export]
    use crate::text::{escaped, from_text, to_text};
    #[pymodule_export]
    use crate::writer::StreamWriter;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::refuse_other_interpreters(module.py())?;
        crate::caller::install();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("PUBLIC_KEY_PREFIX", sealwax::HpkeRecipient::TEXT_PREFIX)?;
        module.add("SECRET_KEY_PREFIX", sealwax::HpkeIdentity::TEXT_PREFIX)?;
        module.add("MAX_HEADER_LEN", sealwax::limits::MAX_HEADER_LEN)?;
        module.add("ERROR_CODES", crate::errors::codes(module.py())?)
    }
}

/// Rejects a second interpreter in the same process. The classes that this library keeps belong to
/// the first one, so another could not catch its exceptions.
fn refuse_other_interpreters(py: Python<'_>) -> PyResult<()> {
    static FIRST: AtomicUsize = AtomicUsize::new(0);
    // Every interpreter has its own module of built-ins and keeps it until it ends.
    let this = py.import("builtins")?.as_ptr() as usize;
    match FIRST.compare_exchange(0, this, Ordering::SeqCst, Ordering::SeqCst) {
        Err(first) if first != this => Err(PyImportError::new_err(
            "sealwax does not support subinterpreters: only one interpreter of a process can use it",
        )),
        _ => Ok(()),
    }
}
