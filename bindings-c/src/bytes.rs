//! Views of an object's bytes.

/// Bytes that an object owns. They are valid until it is changed or freed.
#[repr(C)]
pub struct sealwax_bytes {
    /// The first byte.
    pub data: *const u8,
    /// Their number.
    pub len: usize,
}

impl sealwax_bytes {
    pub(crate) const fn view(bytes: &[u8]) -> Self {
        sealwax_bytes { data: bytes.as_ptr(), len: bytes.len() }
    }
}
