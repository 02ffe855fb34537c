//! Secret keys: wiped when dropped, never printed, never cloned silently.

use core::fmt;

use rand_core::TryCryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::{Error, Result};

/// Length of a DEK and of a KEK, in bytes.
pub const KEY_LEN: usize = 32;

macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident, $wrong_len:literal) => {
        $(#[$doc])*
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; KEY_LEN]);

        impl $name {
            /// A fresh key from a cryptographically secure generator.
            ///
            /// # Errors
            /// [`Error::Randomness`] if the generator fails.
            pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self> {
                let mut key = $name([0; KEY_LEN]);
                fill_random(rng, &mut key.0)?;
                Ok(key)
            }

            /// Copies a key of 32 bytes. The caller wipes its own copy.
            ///
            /// # Errors
            /// [`Error::InvalidArgument`] for any other length.
            pub fn from_slice(bytes: &[u8]) -> Result<Self> {
                let mut key = $name([0; KEY_LEN]);
                if bytes.len() != KEY_LEN {
                    return Err(Error::InvalidArgument($wrong_len));
                }
                key.0.copy_from_slice(bytes);
                Ok(key)
            }

            /// The key's bytes, for wrapping.
            ///
            /// # Security
            /// Whoever sees them can read and forge every message of this key.
            pub const fn expose(&self) -> &[u8; KEY_LEN] {
                &self.0
            }

            /// A second copy of the secret, made on purpose.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                $name(self.0)
            }
        }

        impl ConstantTimeEq for $name {
            fn ct_eq(&self, other: &Self) -> subtle::Choice {
                self.0.ct_eq(&other.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

secret_key! {
    /// A data encryption key: 32 uniformly random bytes that encrypt one object, or the
    /// messages of one handle.
    Dek, "a DEK has 32 bytes"
}

secret_key! {
    /// A key encryption key that the host holds itself: 32 uniformly random bytes.
    Kek, "a KEK has 32 bytes"
}

/// Fills `bytes` from the caller's generator.
pub(crate) fn fill_random<R: TryCryptoRng + ?Sized>(rng: &mut R, bytes: &mut [u8]) -> Result<()> {
    rng.try_fill_bytes(bytes).map_err(|_| Error::Randomness)
}
