//! Replaces the wrapped keys of an envelope.

use sealwax::{DecryptHandle, DecryptOptions, Error, Header, RewrapMode};

use crate::failure::{Result, sealwax_code};
use crate::output::{fill, room};
use crate::panic_boundary::entry;
use crate::provider::{Providers, sealwax_provider};

/// Which wrapped keys a rewrapped header holds.
#[repr(u32)]
pub enum sealwax_rewrap_mode {
    /// Only those of the new providers.
    SEALWAX_REWRAP_REPLACE = 0,
    /// The old ones and those of the new providers.
    SEALWAX_REWRAP_ADD = 1,
}

pub(crate) fn rewrap_mode(mode: u32) -> Result<RewrapMode> {
    const REPLACE: u32 = sealwax_rewrap_mode::SEALWAX_REWRAP_REPLACE as u32;
    const ADD: u32 = sealwax_rewrap_mode::SEALWAX_REWRAP_ADD as u32;
    match mode {
        REPLACE => Ok(RewrapMode::Replace),
        ADD => Ok(RewrapMode::Add),
        _ => Err(Error::InvalidArgument("there is no such rewrap mode").into()),
    }
}

/// Rewraps a whole envelope in memory: unwraps with the old providers, wraps with the new ones.
/// `mode` is one of `sealwax_rewrap_mode`.
///
/// The body does not change. `envelope_len + SEALWAX_MAX_HEADER_LEN` bytes are always enough; fewer
/// than `envelope_len` never are. `output` must not overlap `envelope`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_rewrap(
    envelope: *const u8,
    envelope_len: usize,
    old_providers: *const *const sealwax_provider,
    old_count: usize,
    new_providers: *const *const sealwax_provider,
    new_count: usize,
    mode: u32,
    output: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let envelope = bytes!(envelope, envelope_len);
        let old = Providers::of(objects!(old_providers, old_count));
        let new = Providers::of(objects!(new_providers, new_count));
        let (output, mode) = (output!(output, capacity, envelope), rewrap_mode(mode)?);
        let out = out!(out_len);
        let (header, body) = Header::split(envelope)?;
        room(output, envelope.len())?;
        let handle = DecryptHandle::open(header.as_bytes(), &old.all(), &DecryptOptions::new())?;
        let header = sealwax::rewrap_with(&handle, &new.all(), mode)?;
        room(output, header.len() + body.len())?;
        let (front, rest) = output.split_at_mut(header.len());
        out.set(fill(front, &header)? + fill(rest, body)?)
    })
}
