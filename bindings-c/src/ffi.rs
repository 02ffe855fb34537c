//! Where C's pointers become references: the only file with `unsafe` blocks.
//!
//! The functions here are unsafe because they believe what C says about a pointer, as far as it
//! cannot be checked. The macros call them inside of the `extern "C"` functions, whose callers
//! made the promises that the top of `sealwax.h` lists; each macro names the promise it needs.

use std::ffi::{CStr, c_char, c_void};
use std::ops::Range;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use sealwax::Error;

use crate::failure::{Failure, Result};

/// Lets go of a `user_data`; called once with it.
pub type sealwax_destroy_fn = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Bytes to read: `bytes!(pointer, length)`.
macro_rules! bytes {
    ($ptr:ident, $len:ident) => {
        // SAFETY: the caller promises that an input pointer holds `len` bytes, which nobody
        // changes during the call.
        unsafe { $crate::ffi::slice($ptr.cast::<u8>(), $len, stringify!($ptr)) }?
    };
}

/// UTF-8 text to read: `text!(pointer, length)`.
macro_rules! text {
    ($ptr:ident, $len:ident) => {
        $crate::ffi::utf8(bytes!($ptr, $len))?
    };
}

/// An array to read: `array!(pointer, length)`.
macro_rules! array {
    ($ptr:ident, $len:ident) => {
        // SAFETY: the caller promises that an array has as many elements as it says.
        unsafe { $crate::ffi::slice($ptr, $len, stringify!($ptr)) }?
    };
}

/// The providers of an array of pointers: `providers!(pointer, length)`.
macro_rules! providers {
    ($ptr:ident, $len:ident) => {
        // SAFETY: the caller promises that an array has as many elements as it says, and that
        // each is null or a provider that is not freed during the call.
        unsafe { $crate::ffi::references($ptr, $len, stringify!($ptr)) }?
            .into_iter()
            .map($crate::provider::sealwax_provider::as_core)
            .collect::<Vec<_>>()
    };
}

/// A wrapped key of the caller, copied: `wrapped_key!(reference)`.
macro_rules! wrapped_key {
    ($key:ident) => {{
        let $crate::header::sealwax_wrapped_key {
            provider_id,
            provider_id_len,
            key_id,
            key_id_len,
            wrapped_dek,
            wrapped_dek_len,
        } = *$key;
        let wrapped_dek = bytes!(wrapped_dek, wrapped_dek_len);
        sealwax::WrappedKey::new(
            text!(provider_id, provider_id_len),
            text!(key_id, key_id_len),
            wrapped_dek,
        )?
    }};
}

/// Bytes to write that share nothing with the inputs: `output!(pointer, capacity, inputs...)`.
macro_rules! output {
    ($ptr:ident, $len:ident $(, $input:ident)*) => {
        // SAFETY: the caller promises that an output pointer has room for `capacity` bytes,
        // which nobody else uses during the call; that the inputs are elsewhere is checked.
        unsafe {
            $crate::ffi::slice_mut(
                $ptr.cast::<u8>(), $len, stringify!($ptr), &[$($input.as_ptr_range()),*],
            )
        }?
    };
}

/// An object that a call reads: `object!(pointer)`.
macro_rules! object {
    ($ptr:ident) => {
        // SAFETY: the caller promises that an object came from this library, is not freed, and
        // is not changed by another thread during the call.
        unsafe { $crate::ffi::reference($ptr, stringify!($ptr)) }?
    };
}

/// An object that a call reads if it is there: `optional!(pointer)`.
macro_rules! optional {
    ($ptr:ident) => {
        // SAFETY: as for `object!`.
        unsafe { $ptr.as_ref() }
    };
}

/// An object that a call changes: `object_mut!(pointer)`.
macro_rules! object_mut {
    ($ptr:ident) => {
        // SAFETY: as for `object!`, and the caller promises that no other thread uses the
        // object during the call.
        unsafe { $crate::ffi::reference_mut($ptr, stringify!($ptr)) }?
    };
}

/// A place for a result: `out!(pointer)`, then `.set(value)` when nothing can fail any more.
macro_rules! out {
    ($ptr:ident) => {
        // SAFETY: the caller promises that a result pointer has room for one result.
        unsafe { $crate::ffi::Out::new($ptr, stringify!($ptr)) }?
    };
}

/// As [`out!`], for a result that the caller may not want.
macro_rules! out_or_none {
    ($ptr:ident) => {
        // SAFETY: as for `out!`.
        unsafe { $crate::ffi::Out::new($ptr, stringify!($ptr)) }
    };
}

/// A path: `path!(pointer)`.
macro_rules! path {
    ($ptr:ident) => {
        // SAFETY: the caller promises that a path ends with a zero byte.
        unsafe { $crate::ffi::path($ptr, stringify!($ptr)) }?
    };
}

/// Drops an object that the caller gives back: `free!(pointer)`.
macro_rules! free {
    ($ptr:ident) => {
        // SAFETY: the caller promises that the object came from this library, that it was not
        // freed before, and that nobody uses it any more.
        unsafe { $crate::ffi::free($ptr) }
    };
}

/// A struct of function pointers that says its own size: `callbacks!(pointer)`.
macro_rules! callbacks {
    ($ptr:ident) => {
        // SAFETY: the caller promises a struct of at least the size that its first field says.
        unsafe { $crate::ffi::sized($ptr, stringify!($ptr)) }?
    };
}

/// Calls a function of the host: `call!(function(arguments))`.
macro_rules! call {
    ($function:ident($($argument:ident),*)) => {
        // SAFETY: the host promises that its functions can be called from any thread with what
        // their documentation says; every pointer that is passed is valid during the call.
        unsafe { $function($($argument),*) }
    };
}

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
    let ptr = NonNull::new(ptr.cast_mut()).ok_or(Failure::NullPointer(name))?;
    // SAFETY: not null; the caller promises the elements; the length fits the address space.
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
    // SAFETY: the caller promises the array.
    let pointers = unsafe { slice(ptr, len, name) }?;
    // SAFETY: the caller promises every element.
    pointers.iter().map(|each| unsafe { reference(*each, name) }).collect()
}

/// # Safety
/// `ptr` is null or points to a `T` that nobody changes during `'a`.
pub(crate) unsafe fn reference<'a, T>(ptr: *const T, name: &'static str) -> Result<&'a T> {
    // SAFETY: the caller promises the object.
    unsafe { ptr.as_ref() }.ok_or(Failure::NullPointer(name))
}

/// # Safety
/// `ptr` is null or points to a `T` that nobody else uses during `'a`.
pub(crate) unsafe fn reference_mut<'a, T>(ptr: *mut T, name: &'static str) -> Result<&'a mut T> {
    // SAFETY: the caller promises the object.
    unsafe { ptr.as_mut() }.ok_or(Failure::NullPointer(name))
}

/// # Safety
/// `ptr` is null or points to a `usize`, the first field of a struct of `repr(C)`, and to as many
/// bytes in all as that field says, if it says enough for a `T`.
pub(crate) unsafe fn sized<T: Copy>(ptr: *const T, name: &'static str) -> Result<T> {
    // SAFETY: the caller promises the first field.
    let size = unsafe { reference(ptr.cast::<usize>(), name) }?;
    if *size < size_of::<T>() {
        return Err(Error::InvalidArgument("struct_size is too small").into());
    }
    // SAFETY: not null, and the caller promises the whole struct.
    Ok(unsafe { ptr.read() })
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
/// `ptr` is null or came from [`give`] and is not used any more.
pub(crate) unsafe fn free<T>(ptr: *mut T) {
    if !ptr.is_null() {
        // SAFETY: `give` made it of a box, and the caller promises to free it once.
        drop(unsafe { Box::from_raw(ptr) });
    }
}

/// Hands an object over to C, which frees it with the type's own function.
pub(crate) fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Text of the caller.
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

/// A place that the caller gave for a result; written once, on success.
pub(crate) struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// # Safety
    /// `ptr` is null or has room for a `T` until `set` was called.
    pub(crate) unsafe fn new(ptr: *mut T, name: &'static str) -> Result<Self> {
        NonNull::new(ptr).map(Out).ok_or(Failure::NullPointer(name))
    }

    pub(crate) fn set(self, value: T) {
        // SAFETY: `new` was promised the room. What was there before is C's and needs no drop.
        unsafe { self.0.write(value) }
    }
}

/// What the host wants back in its callbacks.
pub(crate) struct HostData {
    user_data: *mut c_void,
    destroy: sealwax_destroy_fn,
    /// Whether it is this library that lets go of it.
    owned: AtomicBool,
}

// SAFETY: the pointer is only handed back to the host's functions, which the host promises can be
// called from any thread and at the same time.
unsafe impl Send for HostData {}
// SAFETY: as for `Send`.
unsafe impl Sync for HostData {}

impl HostData {
    /// Data that belongs to the library from now on.
    pub(crate) const fn new(user_data: *mut c_void, destroy: sealwax_destroy_fn) -> Self {
        HostData { user_data, destroy, owned: AtomicBool::new(true) }
    }

    /// Data that stays the host's until `keep`.
    pub(crate) const fn lent(user_data: *mut c_void, destroy: sealwax_destroy_fn) -> Self {
        HostData { user_data, destroy, owned: AtomicBool::new(false) }
    }

    pub(crate) fn keep(&self) {
        self.owned.store(true, Ordering::Relaxed);
    }

    pub(crate) const fn pointer(&self) -> *mut c_void {
        self.user_data
    }
}

impl Drop for HostData {
    fn drop(&mut self) {
        if let (Some(destroy), true) = (self.destroy, *self.owned.get_mut()) {
            // SAFETY: the host promises that its function can be called once with its own data.
            unsafe { destroy(self.user_data) }
        }
    }
}
