//! Secret keys: wiped on drop, never printed, never cloned implicitly.

use core::fmt;

use rand_core::TryCryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::{Error, Result};

/// Length of a DEK and of a KEK, in bytes.
pub const KEY_LEN: usize = 32;

/// The memory of a key. A heap allocation is not copied when the key is moved. A key that is stored
/// inline leaves a copy on the stack with every move, and nothing wipes that copy.
#[cfg(feature = "alloc")]
type Secret = alloc::boxed::Box<[u8; KEY_LEN]>;
#[cfg(not(feature = "alloc"))]
type Secret = [u8; KEY_LEN];

/// Allocates zeroed memory for a key.
#[cfg(feature = "alloc")]
#[allow(clippy::unnecessary_box_returns, reason = "it is the place that matters")]
fn place() -> Secret {
    Secret::new([0; KEY_LEN])
}
#[cfg(not(feature = "alloc"))]
const fn place() -> Secret {
    [0; KEY_LEN]
}

macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident, $wrong_len:literal) => {
        $(#[$doc])*
        pub struct $name(Secret);

        impl Zeroize for $name {
            fn zeroize(&mut self) {
                self.0.as_mut_slice().zeroize();
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.zeroize();
            }
        }

        impl ZeroizeOnDrop for $name {}

        impl $name {
            /// A fresh key from a cryptographically secure generator.
            ///
            /// # Errors
            /// [`Error::Randomness`] if the generator fails.
            pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self> {
                let mut key = $name(place());
                fill_random(rng, key.0.as_mut_slice())?;
                Ok(key)
            }

            /// Copies a key of 32 bytes. The caller must wipe its own copy.
            ///
            /// # Errors
            /// [`Error::InvalidArgument`] for any other length.
            pub fn from_slice(bytes: &[u8]) -> Result<Self> {
                let mut key = $name(place());
                if bytes.len() != KEY_LEN {
                    return Err(Error::InvalidArgument($wrong_len));
                }
                key.0.copy_from_slice(bytes);
                Ok(key)
            }

            /// The key's bytes, for wrapping.
            ///
            /// # Security
            /// These bytes suffice to read and forge every message of this key.
            pub const fn expose(&self) -> &[u8; KEY_LEN] {
                &self.0
            }

            /// Copies the secret explicitly; the type does not implement `Clone`.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                let mut key = $name(place());
                key.0.copy_from_slice(self.0.as_slice());
                key
            }
        }

        impl ConstantTimeEq for $name {
            fn ct_eq(&self, other: &Self) -> subtle::Choice {
                self.0.as_slice().ct_eq(other.0.as_slice())
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
    /// A key encryption key that the host holds itself: 32 uniformly random bytes. For HPKE it is the
    /// secret key, for X-Wing the seed of that.
    Kek, "a KEK has 32 bytes"
}

/// Fills `bytes` from the caller's generator.
pub(crate) fn fill_random<R: TryCryptoRng + ?Sized>(rng: &mut R, bytes: &mut [u8]) -> Result<()> {
    rng.try_fill_bytes(bytes).map_err(|_| Error::Randomness)
}
