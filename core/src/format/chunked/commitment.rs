//! The key commitment: only one input key and one context open a message.

use subtle::ConstantTimeEq;

use super::{COMMITMENT_LEN, KeySchedule};
use crate::error::{Error, Result};

impl KeySchedule {
    /// The expected commitment.
    pub const fn commitment(&self) -> &[u8; COMMITMENT_LEN] {
        &self.commitment
    }

    /// Checks, in constant time, that a message was made with this input key and context.
    ///
    /// # Errors
    /// [`Error::CommitmentMismatch`] otherwise.
    pub fn check(&self, commitment: &[u8; COMMITMENT_LEN]) -> Result<()> {
        if bool::from(self.commitment.ct_eq(commitment)) {
            Ok(())
        } else {
            Err(Error::CommitmentMismatch)
        }
    }
}
