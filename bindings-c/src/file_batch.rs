//! Many files whose names become durable together.

use sealwax::file::FileBatch;

use crate::failure::sealwax_code;
use crate::panic_boundary::entry;

/// Many files whose names become durable together, which saves most of the time for small ones. Any
/// number of threads can use a batch.
pub struct sealwax_file_batch {
    inner: FileBatch,
}

impl sealwax_file_batch {
    pub(crate) fn cloned(&self) -> FileBatch {
        self.inner.clone()
    }
}

/// Makes a batch without files. Free it with `sealwax_file_batch_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_new(
    out_batch: *mut *mut sealwax_file_batch,
) -> sealwax_code {
    entry(|| out!(out_batch).give(sealwax_file_batch { inner: FileBatch::new() }))
}

/// Makes the names of all files of this batch durable, with one sync for each directory. After a
/// failure the files are complete and have their names: `sealwax_last_error_committed` is true.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_finish(
    batch: *const sealwax_file_batch,
) -> sealwax_code {
    entry(|| Ok(object!(batch).cloned().finish()?))
}

/// Frees a batch. Files of a batch that was not finished have their names, but those may not
/// survive a power failure. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_file_batch_free(batch: *mut sealwax_file_batch) {
    entry(|| free!(batch));
}
