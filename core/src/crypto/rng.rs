//! The generator of calls that take no generator from their caller.

use rand_core::{TryCryptoRng, TryRng};
#[cfg(feature = "alloc")]
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The operating system's generator. With the feature `fips` it is the approved generator of
/// AWS-LC's FIPS module, which seeds it and detects forks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SysRng;

impl TryRng for SysRng {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<()> {
        #[cfg(feature = "fips")]
        let filled = aws_lc_rs::rand::fill(bytes).map_err(|_| Error::Randomness);
        #[cfg(not(feature = "fips"))]
        let filled = getrandom::fill(bytes).map_err(|_| Error::Randomness);
        filled
    }
}

impl TryCryptoRng for SysRng {}

/// Random bytes of one message: the DEK, the salt of the metadata, the salt of the body.
#[cfg(feature = "alloc")]
const MESSAGE_LEN: usize = 32 + 24 + 24;

/// [`SysRng`], called once for all random bytes of one message, because a system call costs as much
/// as two blocks of SHA-512. It lives only for the call that makes the message, so a fork or a
/// cloned machine never finds unused bytes in it.
#[cfg(feature = "alloc")]
pub(crate) struct OneDraw {
    bytes: Zeroizing<[u8; MESSAGE_LEN]>,
    /// Bytes handed out so far; `None` before the buffer is filled. It is filled in place, so no
    /// copy of it is left behind.
    used: Option<usize>,
}

#[cfg(feature = "alloc")]
impl OneDraw {
    pub(crate) fn new() -> Self {
        OneDraw { bytes: Zeroizing::new([0; MESSAGE_LEN]), used: None }
    }
}

#[cfg(feature = "alloc")]
impl TryRng for OneDraw {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32> {
        SysRng.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64> {
        SysRng.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<()> {
        let used = if let Some(used) = self.used {
            used
        } else {
            SysRng.try_fill_bytes(self.bytes.as_mut_slice())?;
            0
        };
        let Some(next) = self.bytes.get(used..).and_then(|rest| rest.get(..bytes.len())) else {
            return SysRng.try_fill_bytes(bytes);
        };
        bytes.copy_from_slice(next);
        self.used = Some(used + bytes.len());
        Ok(())
    }
}

#[cfg(feature = "alloc")]
impl TryCryptoRng for OneDraw {}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_given_twice() {
        let mut rng = OneDraw::new();
        let mut given = alloc::vec::Vec::new();
        for _ in 0..10 {
            let mut piece = [0; 24];
            rng.try_fill_bytes(&mut piece).unwrap();
            given.push(piece);
        }
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 10);
        assert!(given.iter().all(|piece| piece.iter().any(|byte| *byte != 0)));
    }
}
