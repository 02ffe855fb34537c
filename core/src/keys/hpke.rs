//! The provider `hpke`: DEKs wrapped under a public key, so that who encrypts need not be able to
//! decrypt.

mod identity;
mod key_text;
mod recipient;

use alloc::string::String;
use alloc::vec::Vec;

pub use identity::HpkeIdentity;
pub use recipient::HpkeRecipient;

use crate::crypto::hpke::HpkeKem;
use crate::crypto::kdf::sha512;
use crate::error::Result;
use crate::format::codec::len_u16;
use crate::format::context::ContextRef;

/// The provider id of wraps under a public key.
pub const HPKE_PROVIDER_ID: &str = "hpke";

const LABEL: &[u8] = b"sealwax/v1 hpke\0";

/// What a wrap is bound to: the key's name and the encryption context.
fn info(key_id: &str, context: ContextRef<'_>) -> Result<Vec<u8>> {
    let len = len_u16(key_id.as_bytes())?.to_be_bytes();
    Ok([LABEL, &len, key_id.as_bytes(), context.as_bytes()].concat())
}

/// Length of a fingerprint, in bytes.
const FINGERPRINT_LEN: usize = 16;

/// The name of a key that was given none: its KEM, and the first bytes of the SHA-512 of the public
/// key.
fn fingerprint(kem: HpkeKem, public_key: &[u8]) -> String {
    let (digest, mut hex) = (sha512(&[public_key]), [0; 2 * FINGERPRINT_LEN]);
    let start = digest.get(..FINGERPRINT_LEN).unwrap_or_default();
    let hex = base16ct::lower::encode_str(start, &mut hex).unwrap_or_default();
    [kem.as_str(), ":", hex].concat()
}
