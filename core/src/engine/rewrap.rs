//! Replacing the wrapped keys of an envelope without touching its body.

use alloc::vec;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;

use crate::crypto::secret_key::Dek;
use crate::engine::decrypt::DecryptHandle;
use crate::error::{Error, Result};
use crate::format::header::{Header, HeaderParts, LOCAL_PROVIDER_ID, PAGE_LEN, WrappedKeyRef};
use crate::format::limits::MAX_HEADER_LEN;
use crate::keys::{KeyProvider, WrappedKey, failed_wrap, wrap_dek, wrap_key};

/// Encodes the header again with these wrapped keys; context and metadata do not change.
///
/// If the keys fit, the new header is as long as the old one and can be written over it. Otherwise
/// it grows, to a multiple of 4,096 bytes if the length of the old one was a multiple.
///
/// # Errors
/// [`Error::InvalidArgument`] without a wrapped key,
/// [`Error::LimitExceeded`] if the header is too large.
///
/// # Security
/// A rewrap changes who can unwrap the DEK from now on; it does not revoke a DEK that somebody has
/// already unwrapped. If an attacker can restore the old header, only destroying the old KEK ends
/// access through it.
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

/// Which wrapped keys the header has after a rewrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RewrapMode {
    /// Only those of the new providers.
    #[default]
    Replace,
    /// The old ones and those of the new providers. A wrapped key that is already present is not
    /// repeated. If provider id and key id are equal, the new provider is asked to unwrap to find
    /// out.
    Add,
}

/// Rewraps a whole envelope in memory: unwraps with `old`, wraps with `new`.
///
/// # Errors
/// As [`DecryptHandle::open`] and [`rewrap_header`];
/// [`Error::ProviderFailed`] if any new provider fails; [`Error::InvalidArgument`] if
/// [`RewrapMode::Add`] would add a remote one under an id that another key of the header has.
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

/// The new header of `handle`, with its DEK wrapped by `new`.
///
/// # Errors
/// As [`rewrap`].
pub fn rewrap_with(
    handle: &DecryptHandle,
    new: &[&dyn KeyProvider],
    mode: RewrapMode,
) -> Result<Vec<u8>> {
    let header = handle.header()?;
    let keys = match mode {
        RewrapMode::Replace => wrap_dek(handle.dek(), new, header.context())?,
        RewrapMode::Add => add_keys(handle.dek(), &header, new)?,
    };
    rewrap_header(handle, &keys)
}

/// All wrapped keys of the header, then the missing ones of the new providers.
fn add_keys(dek: &Dek, header: &Header<'_>, new: &[&dyn KeyProvider]) -> Result<Vec<WrappedKey>> {
    let mut lacking = Vec::new();
    for provider in new {
        let key = wrap_key(*provider);
        if key.key_id.is_empty() || !is_there(dek, header, *provider, &key.key_id)? {
            lacking.push(*provider);
        }
    }
    let mut keys: Vec<WrappedKey> = header.wrapped_keys().map(WrappedKey::from).collect();
    for (provider, key) in lacking.iter().zip(wrap_dek(dek, &lacking, header.context())?) {
        // A provider that names its key only after a wrap is compared now.
        if provider.wrap_key_id().is_some() || !is_there(dek, header, *provider, key.view().key_id)?
        {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// Whether the provider can unwrap the DEK of this header from the wrapped key of this id. It is
/// asked, because two keys may have the same id.
fn is_there(
    dek: &Dek,
    header: &Header<'_>,
    provider: &dyn KeyProvider,
    key_id: &str,
) -> Result<bool> {
    let is_same =
        |key: &WrappedKeyRef<'_>| key.provider_id == provider.provider_id() && key.key_id == key_id;
    for key in header.wrapped_keys().filter(is_same) {
        // A provider that only wraps cannot be asked. A wrong answer locks out only that provider.
        if !provider.accepts(key_id) {
            return Ok(true);
        }
        match provider.unwrap(key, &mut header.context().into()) {
            Ok(found) if bool::from(found.ct_eq(dek)) => return Ok(true),
            Err(error) if !error.is_rejection() => {
                return Err(Error::ProviderFailed(vec![failed_wrap(provider, error)].into()));
            }
            _ if provider.provider_id() == LOCAL_PROVIDER_ID => {}
            _ => return Err(OTHER_KEY),
        }
    }
    Ok(false)
}

/// Readers ask a remote provider once, so they would never use the second of two such keys.
const OTHER_KEY: Error = Error::InvalidArgument(
    "the header has a wrapped key of this provider and key id that the new key does not open",
);
