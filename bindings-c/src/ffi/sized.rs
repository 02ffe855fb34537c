//! Structs with a `struct_size`, which later versions can extend.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use sealwax::Error;

use super::{check_len, place, reference, slice};
use crate::failure::Result;

/// A struct of the caller that later versions extend.
///
/// # Safety
/// It is `repr(C)`, its first member is a `usize` with its size, and zeros are valid values of all
/// its members.
pub(crate) unsafe trait Growing: Copy {
    /// Its size up to the last member of the first version, which all versions accept.
    const FIRST_LEN: usize;
}

/// More than any version will need. A larger number is not a size.
const MAX_STRUCT_LEN: usize = 4096;

/// The size that a struct declares.
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

/// A struct of the caller as this version knows it. Members that an older program lacks are zero.
/// Members that only a newer program has must be zero: this version could not do what they ask.
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
    // SAFETY: no more than a `T` is copied over it; of the rest zeros are values, as `Growing`
    // says.
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
        // SAFETY: the caller promises `len` structs.
        if unsafe { struct_len(each, name) }? != stride {
            return Err(Error::InvalidArgument("the structs of an array differ in size").into());
        }
        // SAFETY: as above.
        all.push(unsafe { sized(each, name) }?);
    }
    Ok(all)
}

/// The caller's room for a struct with a `struct_size`, which is written once, as the last step.
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

    /// Writes the members that both versions know, and zeros to the others. `struct_size` stays as
    /// it is.
    #[expect(clippy::unnecessary_wraps, reason = "an entry returns what this does")]
    pub(crate) fn set(self, value: T) -> Result<()> {
        let (start, known) = (size_of::<usize>(), self.len.min(size_of::<T>()));
        let (from, to) = ((&raw const value).cast::<u8>(), self.at.as_ptr().cast::<u8>());
        // SAFETY: `new` was promised `len` bytes, and `known` is no more than a `T` has.
        unsafe {
            from.add(start).copy_to_nonoverlapping(to.add(start), known - start);
            to.add(known).write_bytes(0, self.len - known);
        }
        Ok(())
    }
}
