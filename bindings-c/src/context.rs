//! Encryption contexts.

use std::ffi::c_char;

use sealwax::{ContextRef, EncryptionContext, Error};

use crate::bytes::sealwax_bytes;
use crate::failure::sealwax_code;
use crate::ffi::copied_text;
use crate::panic_boundary::{answer, entry};

/// Public pairs of text that are stored in the header, authenticated, and passed to the KMS.
///
/// They are not secret. A call that adds a pair needs the context for itself; all others can run at
/// the same time.
#[derive(Default)]
pub struct sealwax_context {
    inner: EncryptionContext,
}

impl sealwax_context {
    pub(crate) fn copy_of(context: ContextRef<'_>) -> Self {
        sealwax_context { inner: context.into() }
    }

    pub(crate) fn cloned(&self) -> EncryptionContext {
        self.inner.clone()
    }
}

/// A pair of an encryption context: UTF-8 without a zero byte at its end. The context owns the
/// text. It is valid until the context is changed or freed.
#[repr(C)]
pub struct sealwax_context_pair {
    /// The key.
    pub key: *const c_char,
    /// Length of the key, in bytes.
    pub key_len: usize,
    /// The value.
    pub value: *const c_char,
    /// Length of the value, in bytes.
    pub value_len: usize,
}

/// Makes a context without pairs. Free it with `sealwax_context_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_new(
    out_context: *mut *mut sealwax_context,
) -> sealwax_code {
    entry(|| out!(out_context).give(sealwax_context::default()))
}

/// Adds a pair. The text is copied. An empty or a repeated key is `SEALWAX_ERR_INVALID_ARGUMENT`;
/// more than 64 pairs or 8,192 bytes are `SEALWAX_ERR_LIMIT_EXCEEDED`. A failure does not change
/// the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_add(
    context: *mut sealwax_context,
    key: *const c_char,
    key_len: usize,
    value: *const c_char,
    value_len: usize,
) -> sealwax_code {
    entry(|| {
        let pair = (copied_text(text!(key, key_len))?, copied_text(text!(value, value_len))?);
        let context = object_mut!(context);
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let pairs = context.inner.iter().map(owned).chain([pair]);
        context.inner = EncryptionContext::from_pairs(pairs)?;
        Ok(())
    })
}

/// Number of pairs; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_count(context: *const sealwax_context) -> usize {
    answer(0, || Ok(object!(context).inner.view().len()))
}

/// The pair at `index`. Pairs are sorted by the bytes of their keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_pair_at(
    context: *const sealwax_context,
    index: usize,
    out_pair: *mut sealwax_context_pair,
) -> sealwax_code {
    entry(|| {
        let (context, out) = (object!(context), out!(out_pair));
        let pair = context.inner.iter().nth(index);
        let (key, value) = pair.ok_or(Error::InvalidArgument("there is no pair of this index"))?;
        out.set(sealwax_context_pair {
            key: key.as_ptr().cast(),
            key_len: key.len(),
            value: value.as_ptr().cast(),
            value_len: value.len(),
        })
    })
}

/// The canonical bytes of the context, as the header stores them. Pass them to a KMS or an HSM that
/// takes additional authenticated data as bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_bytes(
    context: *const sealwax_context,
    out_bytes: *mut sealwax_bytes,
) -> sealwax_code {
    entry(|| {
        let (context, out) = (object!(context), out!(out_bytes));
        out.set(sealwax_bytes::view(context.inner.view().as_bytes()))
    })
}

/// Frees a context that `sealwax_context_new` or `sealwax_header_context` made. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_context_free(context: *mut sealwax_context) {
    entry(|| free!(context));
}
