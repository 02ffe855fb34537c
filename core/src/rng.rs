//! The source of randomness that calls use which take none from their caller.

#[cfg(not(feature = "fips"))]
pub use getrandom::SysRng;

#[cfg(feature = "fips")]
pub use module::SysRng;

#[cfg(feature = "fips")]
mod module {
    use crate::Error;
    use rand_core::{TryCryptoRng, TryRng};

    /// The generator of AWS-LC's FIPS module: an approved one, seeded by the module, which
    /// notices forks.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct SysRng;

    impl TryRng for SysRng {
        type Error = Error;

        fn try_next_u32(&mut self) -> Result<u32, Error> {
            let mut bytes = [0; 4];
            self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
        }

        fn try_next_u64(&mut self) -> Result<u64, Error> {
            let mut bytes = [0; 8];
            self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
            aws_lc_rs::rand::fill(bytes).map_err(|_| Error::Randomness)
        }
    }

    impl TryCryptoRng for SysRng {}
}
