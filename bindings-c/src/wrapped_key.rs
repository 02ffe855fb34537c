//! Wrapped keys of the caller and of headers.

use std::ffi::c_char;

use sealwax::WrappedKeyRef;

/// A DEK that a provider wrapped. Text is UTF-8 without a zero byte at its end.
///
/// A call that takes a wrapped key copies it. A call that writes one lets it point into the object
/// that was asked, which owns the parts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_wrapped_key {
    /// `sizeof(sealwax_wrapped_key)`, set by the caller, also where a call writes the rest:
    /// `SEALWAX_WRAPPED_KEY_INIT`.
    pub struct_size: usize,
    /// The provider that can unwrap it, such as "local" or "aws-kms".
    pub provider_id: *const c_char,
    /// Length of the provider id, in bytes.
    pub provider_id_len: usize,
    /// The provider's name for the key that wraps it.
    pub key_id: *const c_char,
    /// Length of the key id, in bytes.
    pub key_id_len: usize,
    /// The wrapped DEK. Only the provider can read it.
    pub wrapped_dek: *const u8,
    /// Length of the wrapped DEK, in bytes.
    pub wrapped_dek_len: usize,
}

growing!(sealwax_wrapped_key, wrapped_dek_len: usize);

impl sealwax_wrapped_key {
    pub(crate) const fn view(key: WrappedKeyRef<'_>) -> Self {
        sealwax_wrapped_key {
            struct_size: size_of::<Self>(),
            provider_id: key.provider_id.as_ptr().cast(),
            provider_id_len: key.provider_id.len(),
            key_id: key.key_id.as_ptr().cast(),
            key_id_len: key.key_id.len(),
            wrapped_dek: key.wrapped_dek.as_ptr(),
            wrapped_dek_len: key.wrapped_dek.len(),
        }
    }
}

/// A copy of the caller's wrapped key: `wrapped_key!(struct)`.
macro_rules! wrapped_key {
    ($key:expr) => {{
        let $crate::wrapped_key::sealwax_wrapped_key {
            struct_size: _,
            provider_id,
            provider_id_len,
            key_id,
            key_id_len,
            wrapped_dek,
            wrapped_dek_len,
        } = $key;
        sealwax::WrappedKey::new(
            $crate::ffi::copied_text(text!(provider_id, provider_id_len))?,
            $crate::ffi::copied_text(text!(key_id, key_id_len))?,
            $crate::ffi::copied(bytes!(wrapped_dek, wrapped_dek_len))?,
        )?
    }};
}

/// Copies of an array of wrapped keys: `wrapped_keys!(pointer, length)`.
macro_rules! wrapped_keys {
    ($ptr:ident, $len:ident) => {
        sized_array!($ptr, $len)
            .into_iter()
            .map(|key| Ok($crate::wrapped_key::wrapped_key!(key)))
            .collect::<$crate::failure::Result<Vec<_>>>()?
    };
}

pub(crate) use {wrapped_key, wrapped_keys};
