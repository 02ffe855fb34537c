//! The keys of a body: bound to the DEK, to the header's binding part and to the associated data.
//!
//! ```text
//! context = "sealwax/v1 body" || 0x00 || SHA-512(magic || binding part) || SHA-512(associated data)
//! ```

#[cfg(feature = "alloc")]
use crate::crypto::kdf::Prk;
use crate::crypto::kdf::{DIGEST_LEN, sha512};
#[cfg(feature = "alloc")]
use crate::error::Result;
#[cfg(feature = "alloc")]
use crate::format::chunked::{KeySchedule, SALT_LEN};

const LABEL: &[u8; 16] = b"sealwax/v1 body\0";
/// Length of a body's context string, in bytes.
pub(crate) const CONTEXT_LEN: usize = LABEL.len() + 2 * DIGEST_LEN;

/// `SHA-512("")`, precomputed for messages without associated data.
const EMPTY_DIGEST: [u8; DIGEST_LEN] = [
    0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd, 0xf1, 0x54, 0x28, 0x50, 0xd6, 0x6d, 0x80, 0x07,
    0xd6, 0x20, 0xe4, 0x05, 0x0b, 0x57, 0x15, 0xdc, 0x83, 0xf4, 0xa9, 0x21, 0xd3, 0x6c, 0xe9, 0xce,
    0x47, 0xd0, 0xd1, 0x3c, 0x5d, 0x85, 0xf2, 0xb0, 0xff, 0x83, 0x18, 0xd2, 0x87, 0x7e, 0xec, 0x2f,
    0x63, 0xb9, 0x31, 0xbd, 0x47, 0x41, 0x7a, 0x81, 0xa5, 0x38, 0x32, 0x7a, 0xf9, 0x27, 0xda, 0x3e,
];

/// Derives the key schedule of each body under one header.
#[cfg(feature = "alloc")]
pub(crate) struct BodyKeys {
    prk: Prk,
    binding: [u8; DIGEST_LEN],
}

#[cfg(feature = "alloc")]
impl BodyKeys {
    pub(crate) const fn new(prk: Prk, binding: [u8; DIGEST_LEN]) -> Self {
        BodyKeys { prk, binding }
    }

    pub(crate) const fn prk(&self) -> &Prk {
        &self.prk
    }

    pub(crate) fn schedule(
        &self,
        salt: &[u8; SALT_LEN],
        associated_data: &AssociatedData,
    ) -> Result<KeySchedule> {
        KeySchedule::from_parts(&self.prk, salt, &[LABEL, &self.binding, &associated_data.0])
    }
}

/// The context string of a body.
pub(crate) fn context(
    binding: &[u8; DIGEST_LEN],
    associated_data: &AssociatedData,
) -> [u8; CONTEXT_LEN] {
    let mut context = [0; CONTEXT_LEN];
    let parts = LABEL.iter().chain(binding).chain(&associated_data.0);
    for (slot, byte) in context.iter_mut().zip(parts) {
        *slot = *byte;
    }
    context
}

/// The digest of the caller's associated data.
#[derive(Clone)]
pub(crate) struct AssociatedData([u8; DIGEST_LEN]);

impl AssociatedData {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        AssociatedData(if bytes.is_empty() { EMPTY_DIGEST } else { sha512(&[bytes]) })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_constant_is_the_digest_of_nothing() {
        assert_eq!(super::EMPTY_DIGEST, crate::crypto::kdf::sha512(&[]));
    }
}
