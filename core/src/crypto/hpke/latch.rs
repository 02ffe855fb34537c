//! A generator for code that cannot report that a generator failed.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use crate::error::{Error, Result};

/// Remembers that the generator failed, and gives zeros from then on. What was made with them must
/// not be used: [`Latch::check`] says so.
pub(super) struct Latch<'a, R: ?Sized> {
    rng: &'a mut R,
    failed: bool,
}

impl<'a, R: TryCryptoRng + ?Sized> Latch<'a, R> {
    pub(super) const fn new(rng: &'a mut R) -> Self {
        Latch { rng, failed: false }
    }

    pub(super) const fn check(&self) -> Result<()> {
        if self.failed { Err(Error::Randomness) } else { Ok(()) }
    }
}

impl<R: TryCryptoRng + ?Sized> TryRng for Latch<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        if self.failed || self.rng.try_fill_bytes(bytes).is_err() {
            self.failed = true;
            bytes.fill(0);
        }
        Ok(())
    }
}

impl<R: TryCryptoRng + ?Sized> TryCryptoRng for Latch<'_, R> {}
