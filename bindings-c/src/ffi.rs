//! Turns C's pointers into references. Only this module has `unsafe` blocks.
//!
//! The functions here check a pointer as far as possible and trust the caller for the rest, so they
//! are unsafe. The macros call them inside the `extern "C"` functions, whose callers made the
//! promises at the top of `sealwax.h`. Each macro names the promise that it needs.

#[macro_use]
mod macros;

mod cancel;
mod host;
mod sized;

use std::ffi::{CStr, c_char, c_void};
use std::ops::Range;
use std::path::Path;
use std::ptr::NonNull;

use sealwax::Error;

use crate::failure::{Failure, Result};

pub(crate) use cancel::Uncancelled;
pub(crate) use host::HostData;
pub(crate) use sized::{Growing, SizedOut, sized, sized_array};

/// Releases a `user_data`. It is called once, in any thread.
pub type sealwax_destroy_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;

/// # Safety
/// `ptr` is null or points to `len` elements that nobody changes during `'a`.
pub(crate) unsafe fn slice<'a, T>(
    ptr: *const T,
    len: usize,
    name: &'static str,
) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    check_len::<T>(len)?;
    let ptr = place(ptr.cast_mut(), name)?;
    // SAFETY: not null, aligned; the caller promises the elements; the length fits memory.
    Ok(unsafe { std::slice::from_raw_parts(ptr.as_ptr(), len) })
}

/// # Safety
/// `ptr` is null or has room for `len` bytes that nobody else uses during `'a`, unless they are
/// among `inputs`.
pub(crate) unsafe fn slice_mut<'a>(
    ptr: *mut u8,
    len: usize,
    name: &'static str,
    inputs: &[Range<*const u8>],
) -> Result<&'a mut [u8]> {
    if len == 0 {
        return Ok(&mut []);
    }
    check_len::<u8>(len)?;
    let ptr = NonNull::new(ptr).ok_or(Failure::NullPointer(name))?.as_ptr();
    let own = ptr.cast_const()..ptr.cast_const().wrapping_add(len);
    if inputs.iter().any(|input| input.start < own.end && own.start < input.end) {
        return Err(Error::InvalidArgument("the output overlaps an input").into());
    }
    // SAFETY: not null; the caller promises the room; the inputs are elsewhere.
    Ok(unsafe { std::slice::from_raw_parts_mut(ptr, len) })
}

/// # Safety
/// `ptr` is null or points to `len` pointers, each null or valid during `'a`.
pub(crate) unsafe fn references<'a, T>(
    ptr: *const *const T,
    len: usize,
    name: &'static str,
) -> Result<Vec<&'a T>> {
    check_len::<*const T>(len)?;
    let mut all = Vec::new();
    all.try_reserve_exact(len).map_err(|_| Error::NoMemory)?;
    // SAFETY: the caller promises the array.
    for each in unsafe { slice(ptr, len, name) }? {
        // SAFETY: the caller promises every element.
        all.push(unsafe { reference(*each, name) }?);
    }
    Ok(all)
}

/// # Safety
/// `ptr` is null or points to a `T` that nobody changes during `'a`.
pub(crate) unsafe fn reference<'a, T>(ptr: *const T, name: &'static str) -> Result<&'a T> {
    // SAFETY: not null, aligned; the caller promises the object.
    Ok(unsafe { place(ptr.cast_mut(), name)?.as_ref() })
}

/// # Safety
/// `ptr` is null or points to a `T` that nobody else uses during `'a`.
pub(crate) unsafe fn reference_mut<'a, T>(ptr: *mut T, name: &'static str) -> Result<&'a mut T> {
    // SAFETY: not null, aligned; the caller promises the object.
    Ok(unsafe { place(ptr, name)?.as_mut() })
}

/// A pointer that is not null and fits its type.
fn place<T>(ptr: *mut T, name: &'static str) -> Result<NonNull<T>> {
    let place = NonNull::new(ptr).ok_or(Failure::NullPointer(name))?;
    if place.is_aligned() {
        return Ok(place);
    }
    Err(Error::InvalidArgument("a pointer is not aligned as its type is").into())
}

/// # Safety
/// `ptr` is null or a string with a zero byte at its end that nobody changes during `'a`.
pub(crate) unsafe fn path<'a>(ptr: *const c_char, name: &'static str) -> Result<&'a Path> {
    if ptr.is_null() {
        return Err(Failure::NullPointer(name));
    }
    // SAFETY: not null; the caller promises the zero byte.
    let bytes = unsafe { CStr::from_ptr(ptr) }.to_bytes();
    #[cfg(unix)]
    let path = Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    let path = Path::new(utf8(bytes)?);
    Ok(path)
}

/// # Safety
/// `ptr` is null or came from [`Out::give`] and is not used any more.
#[expect(clippy::unnecessary_wraps, reason = "an entry returns what this does")]
pub(crate) unsafe fn free<T>(ptr: *mut T) -> Result<()> {
    if !ptr.is_null() {
        // SAFETY: `give` made it of a box, and the caller promises to free it once.
        drop(unsafe { Box::from_raw(ptr) });
    }
    Ok(())
}

/// A copy of the caller's bytes. The caller also chooses their length, so a failed allocation is an
/// error and does not abort the program.
pub(crate) fn copied(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).map_err(|_| Error::NoMemory)?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// As [`copied`], for text.
pub(crate) fn copied_text(text: &str) -> Result<String> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len()).map_err(|_| Error::NoMemory)?;
    copy.push_str(text);
    Ok(copy)
}

/// The caller's text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    Ok(std::str::from_utf8(bytes).map_err(|_| Error::InvalidArgument("text is not UTF-8"))?)
}

fn check_len<T>(len: usize) -> Result<()> {
    let bytes = len.saturating_mul(size_of::<T>());
    match isize::try_from(bytes) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::InvalidArgument("a length is larger than any buffer can be").into()),
    }
}

/// The caller's room for a result, which is written once, as the last step.
pub(crate) struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// # Safety
    /// `ptr` is null or has room for a `T` until `set` was called.
    pub(crate) unsafe fn new(ptr: *mut T, name: &'static str) -> Result<Self> {
        place(ptr, name).map(Out)
    }

    /// Writes the result and ends the call with success.
    #[expect(clippy::unnecessary_wraps, reason = "an entry returns what this does")]
    pub(crate) fn set(self, value: T) -> Result<()> {
        // SAFETY: `new` was promised the room. What was there before is C's and needs no drop.
        unsafe { self.0.write(value) }
        Ok(())
    }
}

impl<T> Out<*mut T> {
    /// Hands an object over to C, which frees it with the function of its type.
    pub(crate) fn give(self, value: T) -> Result<()> {
        self.set(Box::into_raw(Box::new(value)))
    }
}
