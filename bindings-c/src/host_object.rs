//! An object that the host reads by callbacks.

use std::ffi::c_void;
use std::io;

use sealwax::Error;
use sealwax::read_at::ReadAt;

use crate::failure::{OK, Result, sealwax_code};
use crate::ffi::{HostData, sealwax_destroy_fn};
use crate::host_cause::HostCause;
use crate::host_failure::sealwax_failure;

/// Reads at most `len` bytes at `offset` into `buffer` and writes their number to `out_read`. 0
/// means the end of the object.
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

/// Writes the length of the object to `out_size`, in bytes.
pub type sealwax_size_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        out_size: *mut u64,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// The callbacks of an object that the host reads. The rules of `sealwax_provider_callbacks` hold
/// for them: results, threads, exceptions, and which objects they may use and free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_read_callbacks {
    /// `sizeof(sealwax_read_callbacks)`, as for `sealwax_provider_callbacks`.
    pub struct_size: usize,
    /// Reads at an offset.
    pub read_at: sealwax_read_at_fn,
    /// The length of the object.
    pub size: sealwax_size_fn,
    /// Releases `user_data`; called once. Null: nothing to release.
    pub destroy: sealwax_destroy_fn,
}

growing!(sealwax_read_callbacks, destroy: sealwax_destroy_fn);

/// An object of the host.
pub(crate) struct HostObject {
    callbacks: sealwax_read_callbacks,
    host: HostData,
}

impl HostObject {
    /// The host keeps ownership of `user_data` until `keep`.
    pub(crate) fn new(callbacks: sealwax_read_callbacks, user_data: *mut c_void) -> Result<Self> {
        if callbacks.read_at.is_none() || callbacks.size.is_none() {
            return Err(Error::InvalidArgument("a reader needs read_at and size").into());
        }
        Ok(HostObject { callbacks, host: HostData::lent(user_data, callbacks.destroy) })
    }

    /// The library owns `user_data` from now on.
    pub(crate) fn keep(&self) {
        self.host.keep();
    }
}

impl ReadAt for HostObject {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let read_at = self.callbacks.read_at.ok_or(io::ErrorKind::Unsupported)?;
        let (user_data, buffer, len) = (self.host.pointer(), buf.as_mut_ptr(), buf.len());
        let (mut read, mut failure) = (0, sealwax_failure::default());
        let code = {
            let (read, failure) = (&raw mut read, &raw mut failure);
            call!(read_at(user_data, buffer, len, offset, read, failure))
        };
        check("read_at", code, failure)?;
        if read <= len { Ok(read) } else { Err(too_much(read, len)) }
    }

    fn size(&self) -> io::Result<u64> {
        let size = self.callbacks.size.ok_or(io::ErrorKind::Unsupported)?;
        let (user_data, mut found) = (self.host.pointer(), 0);
        let mut failure = sealwax_failure::default();
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

fn too_much(read: usize, len: usize) -> io::Error {
    let message = format!("the host says that {read} bytes fit {len}");
    io::Error::other(HostCause { code: 0, message, attachment: None })
}
