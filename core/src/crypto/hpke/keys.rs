//! Keys as the KEMs read them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use ::hpke::kem::{Kem, X25519HkdfSha256, XWing};
use ::hpke::{Deserializable, Serializable};
use subtle::ConstantTimeEq;

use super::HpkeKem;
use crate::crypto::secret_key::Kek;
use crate::error::{Error, Result};

pub(super) const LOW_ORDER: Error =
    Error::InvalidArgument("the public key has a point of low order: no secret comes of it");
const NOT_A_PUBLIC_KEY: Error = Error::InvalidArgument("these bytes are no public key of this KEM");

/// Length of a point of X25519. It is the whole of its keys, and the end of those of X-Wing.
const POINT_LEN: usize = 32;

/// A public key that was checked. That of X-Wing is expanded.
pub(crate) enum PublicKey {
    X25519(<X25519HkdfSha256 as Kem>::PublicKey),
    XWing(Box<<XWing as Kem>::PublicKey>),
}

impl PublicKey {
    /// Checks a public key: its length, the coefficients of ML-KEM, the order of the point.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`].
    pub(crate) fn from_bytes(kem: HpkeKem, bytes: &[u8]) -> Result<Self> {
        let key = match kem {
            HpkeKem::X25519 => Deserializable::from_bytes(bytes).map(PublicKey::X25519),
            HpkeKem::XWing => Deserializable::from_bytes(bytes).map(Box::new).map(PublicKey::XWing),
        };
        let key = key.map_err(|_| NOT_A_PUBLIC_KEY)?;
        check_order(bytes).map(|()| key)
    }

    /// The public key of a secret one, which is sound by its making.
    pub(crate) fn of(kem: HpkeKem, secret: &Kek) -> Result<Self> {
        Ok(match kem {
            HpkeKem::X25519 => {
                PublicKey::X25519(X25519HkdfSha256::sk_to_pk(&private::<X25519HkdfSha256>(secret)?))
            }
            HpkeKem::XWing => {
                PublicKey::XWing(Box::new(XWing::sk_to_pk(&private::<XWing>(secret)?)))
            }
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            PublicKey::X25519(key) => key.to_bytes().to_vec(),
            PublicKey::XWing(key) => key.to_bytes().to_vec(),
        }
    }
}

/// The secret key for one operation: it is wiped at the end, and takes little time to make.
pub(super) fn private<K: Kem>(secret: &Kek) -> Result<K::PrivateKey> {
    Deserializable::from_bytes(secret.expose()).map_err(|_| NOT_A_PUBLIC_KEY)
}

/// Refuses a point of low order at the end of `bytes`. RFC 9180 demands that of X25519; X-Wing
/// leaves it open, and would stand on ML-KEM alone.
pub(super) fn check_order(bytes: &[u8]) -> Result<()> {
    /// Any secret shows a low order, because every secret is a multiple of the cofactor.
    const SECRET: [u8; POINT_LEN] = [0x40; POINT_LEN];
    let point = bytes.last_chunk::<POINT_LEN>().ok_or(NOT_A_PUBLIC_KEY)?;
    let product = x25519_dalek::x25519(SECRET, *point);
    if product.ct_eq(&[0; POINT_LEN]).into() { Err(LOW_ORDER) } else { Ok(()) }
}
