//! Structs that say their own size, so that later versions can make them longer.

use std::mem::{MaybeUninit, offset_of};
use std::ptr::NonNull;

use sealwax::Error;

use super::{check_len, place, reference, sealwax_destroy_fn, slice};
use crate::cache::sealwax_cache_stats;
use crate::host_provider::sealwax_provider_callbacks;
use crate::encryptor::{sealwax_progress, sealwax_status};
use crate::failure::Result;
use crate::header::sealwax_wrapped_key;
use crate::reader::sealwax_read_callbacks;

/// A struct that the caller makes and later versions make longer.
///
/// # Safety
/// It is of `repr(C)`, its first member is a `usize` with its size, and zeros are values of all its
/// members.
pub(crate) unsafe trait Growing: Copy {
    /// Its size up to the last member of the first version, which all versions accept.
    const FIRST_LEN: usize;
}

/// `growing!(struct, the last member of the first version: its type)`.
macro_rules! growing {
    ($($name:ident, $last:ident: $type:ty;)*) => {$(
        // SAFETY: the struct is declared so, beside its use.
        unsafe impl Growing for $name {
            const FIRST_LEN: usize = offset_of!($name, $last) + size_of::<$type>();
        }
    )*};
}

growing! {
    sealwax_provider_callbacks, destroy: sealwax_destroy_fn;
    sealwax_read_callbacks, destroy: sealwax_destroy_fn;
    sealwax_wrapped_key, wrapped_dek_len: usize;
    sealwax_progress, status: sealwax_status;
    sealwax_cache_stats, entries: u64;
}

/// More than any version will need: what says more holds no size.
const MAX_STRUCT_LEN: usize = 4096;

/// The size that a struct says.
///
/// # Safety
/// `ptr` is null or points to a `usize`.
unsafe fn struct_len<T: Growing>(ptr: *const T, name: &'static str) -> Result<usize> {
    // SAFETY: the caller promises the first member.
    let len = *unsafe { reference(ptr.cast::<usize>(), name) }?;
    if !(T::FIRST_LEN..=MAX_STRUCT_LEN).contains(&len) {
        let wrong = "struct_size is not set to the size of the struct";
        return Err(Error::InvalidArgument(wrong).into());
    }
    Ok(len)
}

/// A struct of the caller as this version knows it: what an older program lacks is zero, and what a
/// newer one has besides must be, as it asks for something that would not happen.
///
/// # Safety
/// `ptr` is null or points to a struct of the size that its first member says.
pub(crate) unsafe fn sized<T: Growing>(ptr: *const T, name: &'static str) -> Result<T> {
    // SAFETY: the caller promises the first member, and as many bytes as it says.
    let bytes = unsafe { slice(ptr.cast::<u8>(), struct_len(ptr, name)?, name) }?;
    let (known, unknown) = bytes.split_at(bytes.len().min(size_of::<T>()));
    if unknown.iter().any(|byte| *byte != 0) {
        let newer = "a struct sets a member that this version of the library does not know";
        return Err(Error::InvalidArgument(newer).into());
    }
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: no more than a `T` is copied over it; of the rest zeros are values, as `Growing` says.
    unsafe {
        known.as_ptr().copy_to_nonoverlapping(value.as_mut_ptr().cast(), known.len());
        Ok(value.assume_init())
    }
}

/// # Safety
/// `ptr` is null or points to `len` structs, each of the size that its first member says.
pub(crate) unsafe fn sized_array<T: Growing>(
    ptr: *const T,
    len: usize,
    name: &'static str,
) -> Result<Vec<T>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the caller promises the first struct.
    let stride = unsafe { struct_len(ptr, name) }?;
    check_len::<u8>(len.saturating_mul(stride))?;
    let mut all = Vec::new();
    all.try_reserve(len).map_err(|_| Error::NoMemory)?;
    for index in 0..len {
        let each = ptr.wrapping_byte_add(index * stride);
        // SAFETY: the caller promises as many structs as it says.
        if unsafe { struct_len(each, name) }? != stride {
            return Err(Error::InvalidArgument("the structs of an array differ in size").into());
        }
        // SAFETY: as above.
        all.push(unsafe { sized(each, name) }?);
    }
    Ok(all)
}

/// A place that the caller gave for a struct that says its own size; written once, on success.
pub(crate) struct SizedOut<T> {
    at: NonNull<T>,
    len: usize,
}

impl<T: Growing> SizedOut<T> {
    /// # Safety
    /// `ptr` is null or points to a struct of the size that its first member says, until `set`.
    pub(crate) unsafe fn new(ptr: *mut T, name: &'static str) -> Result<Self> {
        // SAFETY: the caller promises the first member.
        let len = unsafe { struct_len(ptr, name) }?;
        Ok(SizedOut { at: place(ptr, name)?, len })
    }

    /// Writes what the caller's version of the struct has room for, and zeros to what this version
    /// does not know. Its size stays as it is.
    pub(crate) fn set(self, value: T) {
        let (start, known) = (size_of::<usize>(), self.len.min(size_of::<T>()));
        let (from, to) = ((&raw const value).cast::<u8>(), self.at.as_ptr().cast::<u8>());
        // SAFETY: `new` was promised `len` bytes, and `known` is no more than a `T` has.
        unsafe {
            from.add(start).copy_to_nonoverlapping(to.add(start), known - start);
            to.add(known).write_bytes(0, self.len - known);
        }
    }
}
