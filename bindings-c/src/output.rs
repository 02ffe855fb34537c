//! Writing results into the caller's buffers.

use sealwax::Error;
use zeroize::Zeroizing;

use crate::failure::Result;
use crate::ffi::Out;

/// Fails if `output` has no room for `needed` bytes.
pub(crate) fn room(output: &[u8], needed: usize) -> Result<()> {
    if output.len() < needed { Err(Error::BufferTooSmall { needed }.into()) } else { Ok(()) }
}

/// Writes `bytes` to the front of `output`; returns their length.
pub(crate) fn fill(output: &mut [u8], bytes: &[u8]) -> Result<usize> {
    let needed = bytes.len();
    let slot = output.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    slot.copy_from_slice(bytes);
    Ok(needed)
}

/// Copies metadata, and says whether there is any.
pub(crate) fn fill_metadata(
    metadata: Option<&Zeroizing<Vec<u8>>>,
    output: &mut [u8],
    out_len: Out<usize>,
    out_present: Option<Out<bool>>,
) -> Result<()> {
    let len = fill(output, metadata.map_or(&[][..], |bytes| bytes.as_slice()))?;
    if let Some(out) = out_present {
        out.set(metadata.is_some())?;
    }
    out_len.set(len)
}
