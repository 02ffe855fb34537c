//! The result of a call of `process`.

use sealwax::{Progress, Status};

use crate::failure::{Failure, Result};

/// What a state machine needs next.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum sealwax_status {
    /// More input, or the end of the input.
    SEALWAX_NEED_INPUT = 0,
    /// Room for output.
    SEALWAX_NEED_OUTPUT = 1,
    /// A key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
    SEALWAX_NEED_KEY = 2,
    /// Nothing. The message is complete.
    SEALWAX_DONE = 3,
}

/// What a call of `process` did, and what it needs next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_progress {
    /// `sizeof(sealwax_progress)`, set by the caller: `SEALWAX_PROGRESS_INIT`.
    pub struct_size: usize,
    /// Bytes read from the front of the input.
    pub read: usize,
    /// Bytes written to the front of the output.
    pub written: usize,
    /// What is needed next.
    pub status: sealwax_status,
}

growing!(sealwax_progress, status: sealwax_status);

impl sealwax_progress {
    pub(crate) fn of(progress: Progress) -> Result<Self> {
        let status = match progress.status {
            Status::NeedInput => sealwax_status::SEALWAX_NEED_INPUT,
            Status::NeedOutput => sealwax_status::SEALWAX_NEED_OUTPUT,
            Status::NeedKey => sealwax_status::SEALWAX_NEED_KEY,
            Status::Done => sealwax_status::SEALWAX_DONE,
            _ => return Err(Failure::Panic("a status that C does not know".to_owned())),
        };
        let (read, written) = (progress.read, progress.written);
        Ok(sealwax_progress { struct_size: size_of::<Self>(), read, written, status })
    }
}
