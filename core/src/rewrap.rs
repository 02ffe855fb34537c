//! Replacing the wrapped keys of an envelope; its body stays as it is.

use alloc::vec::Vec;

use crate::decrypt::DecryptHandle;
use crate::error::Result;
use crate::header::{Header, HeaderParts, PAGE_LEN, WrappedKeyRef};
use crate::limits::MAX_HEADER_LEN;
use crate::wrap::{KeyProvider, WrappedKey, wrap_dek};

/// Makes the header anew with these wrapped keys; context and metadata stay.
///
/// The new header is as long as the old one if the keys fit, so that it can be written over it.
/// Else it grows: to a multiple of 4,096 bytes if the old one was one.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) without a wrapped key,
/// [`Error::LimitExceeded`](crate::Error::LimitExceeded) if it grows too large.
///
/// # Security
/// Who learned the DEK before keeps it: a rewrap changes who can learn it from now on. Where the
/// old header can be put back, only destroying the old KEK ends its use.
pub fn rewrap_header(handle: &DecryptHandle, wrapped_keys: &[WrappedKey]) -> Result<Vec<u8>> {
    let header = handle.header()?;
    let views: Vec<WrappedKeyRef<'_>> = wrapped_keys.iter().map(WrappedKey::view).collect();
    let parts = HeaderParts {
        context: header.context(),
        sealed_metadata: header.sealed_metadata(),
        wrapped_keys: &views,
    };
    let header_len = new_len(header.header_len(), parts.encoded_len()?);
    let mut out = alloc::vec![0; header_len];
    parts.encode(handle.dek(), header_len, &mut out)?;
    Ok(out)
}

fn new_len(old: usize, needed: usize) -> usize {
    if needed <= old {
        old
    } else if old.is_multiple_of(PAGE_LEN) {
        needed.next_multiple_of(PAGE_LEN).min(MAX_HEADER_LEN)
    } else {
        needed
    }
}

/// Which wrapped keys a rewrapped header has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RewrapMode {
    /// Those of the new providers only.
    #[default]
    Replace,
    /// All that were there, and those of the new providers.
    Add,
}

/// Rewraps a whole envelope in memory: unwraps with `old`, wraps with `new`.
///
/// # Errors
/// As [`DecryptHandle::open`] and [`rewrap_header`];
/// [`Error::ProviderFailed`](crate::Error::ProviderFailed) if any new provider fails.
pub fn rewrap(
    envelope: &[u8],
    old: &[&dyn KeyProvider],
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
) -> Result<Vec<u8>> {
    let (header, body) = Header::split(envelope)?;
    let handle = DecryptHandle::open(header.as_bytes(), old, &crate::DecryptOptions::new())?;
    let mut out = rewrap_with(&handle, new, mode)?;
    out.extend_from_slice(body);
    Ok(out)
}

/// The new header of an opened one, wrapped by `new`.
///
/// # Errors
/// As [`rewrap`].
pub fn rewrap_with(
    handle: &DecryptHandle,
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
) -> Result<Vec<u8>> {
    let header = handle.header()?;
    let mut keys: Vec<WrappedKey> = match mode {
        RewrapMode::Replace => Vec::new(),
        RewrapMode::Add => header.wrapped_keys().map(WrappedKey::from).collect(),
    };
    keys.extend(wrap_dek(handle.dek(), new, header.context())?);
    rewrap_header(handle, &keys)
}
