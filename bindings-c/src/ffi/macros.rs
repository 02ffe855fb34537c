//! The macros that convert the arguments of the API. Each names the promise that it needs.

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

/// The objects of an array of pointers: `objects!(pointer, length)`.
macro_rules! objects {
    ($ptr:ident, $len:ident) => {
        // SAFETY: the caller promises that an array has as many elements as it says, and that
        // each is null or an object that is not freed.
        unsafe { $crate::ffi::references($ptr, $len, stringify!($ptr)) }?
    };
}

/// Bytes to write, which overlap no input: `output!(pointer, capacity, inputs...)`.
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

/// An object that a call reads, or null: `optional!(pointer)`.
macro_rules! optional {
    ($ptr:ident) => {
        // SAFETY: as for `object!`.
        unsafe { $ptr.as_ref() }
    };
}

/// A copy of an object, or null. It stays valid if a callback frees the object: `kept!(pointer)`.
macro_rules! kept {
    ($ptr:ident) => {
        optional!($ptr).cloned()
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

/// Room for a result: `out!(pointer)`, then `.set(value)` as the last step.
macro_rules! out {
    ($ptr:ident) => {
        // SAFETY: the caller promises that a result pointer has room for one result.
        unsafe { $crate::ffi::Out::new($ptr, stringify!($ptr)) }?
    };
}

/// As [`out!`], for a result that the caller may not want: `None` for null.
macro_rules! optional_out {
    ($ptr:ident) => {
        if $ptr.is_null() { None } else { Some(out!($ptr)) }
    };
}

/// A path: `path!(pointer)`.
macro_rules! path {
    ($ptr:ident) => {
        // SAFETY: the caller promises that a path ends with a zero byte.
        unsafe { $crate::ffi::path($ptr, stringify!($ptr)) }?
    };
}

/// Frees an object of the library: `free!(pointer)`.
macro_rules! free {
    ($ptr:ident) => {
        // SAFETY: the caller promises that the object came from this library, that it was not
        // freed before, and that nobody uses it any more.
        unsafe { $crate::ffi::free($ptr) }
    };
}

/// A struct of the caller with a `struct_size`: `sized!(pointer)`.
macro_rules! sized {
    ($ptr:ident) => {
        // SAFETY: the caller promises a struct of the size that its first member says.
        unsafe { $crate::ffi::sized($ptr, stringify!($ptr)) }?
    };
}

/// The structs of an array, each with a `struct_size`: `sized_array!(pointer, length)`.
macro_rules! sized_array {
    ($ptr:ident, $len:ident) => {
        // SAFETY: the caller promises as many structs as it says, each of its first member's size.
        unsafe { $crate::ffi::sized_array($ptr, $len, stringify!($ptr)) }?
    };
}

/// Room for a struct with a `struct_size`: `out_sized!(pointer)`, then `.set(value)`.
macro_rules! out_sized {
    ($ptr:ident) => {
        // SAFETY: the caller promises a struct of the size that its first member says.
        unsafe { $crate::ffi::SizedOut::new($ptr, stringify!($ptr)) }?
    };
}

/// Implements [`Growing`](crate::ffi::Growing) for a struct:
/// `growing!(struct, the last member of its first version: type)`.
macro_rules! growing {
    ($name:ident, $last:ident: $type:ty) => {
        // SAFETY: the struct is declared beside this line, as `Growing` asks.
        unsafe impl $crate::ffi::Growing for $name {
            const FIRST_LEN: usize = std::mem::offset_of!($name, $last) + size_of::<$type>();
        }
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
