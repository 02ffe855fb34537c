//! HKDF-Expand, HMAC and SHA-512 as the format uses them, with two backends.
//!
//! `RustCrypto` is the default: AWS-LC's hash is no faster and its calls cost more
//! (`core/benches/RESULTS.md`). AWS-LC is used only with the feature `fips`. Tests compare the two.

#[cfg(any(feature = "fips", all(test, feature = "aws-lc")))]
mod aws_lc;
#[cfg(any(test, not(feature = "fips")))]
mod rustcrypto;

#[cfg(feature = "fips")]
pub(crate) use aws_lc::{Prk, hmac_32, sha512};
#[cfg(not(feature = "fips"))]
pub(crate) use rustcrypto::{Prk, hmac_32, sha512};

/// Length of a SHA-512 digest, in bytes.
pub(crate) const DIGEST_LEN: usize = 64;

#[cfg(test)]
mod tests {
    use super::rustcrypto;

    /// RFC 4231, test case 2. The key is padded with zeros to 32 bytes, which is the same HMAC key.
    const RFC_4231_2: [u8; 32] = [
        0x16, 0x4b, 0x7a, 0x7b, 0xfc, 0xf8, 0x19, 0xe2, 0xe3, 0x95, 0xfb, 0xe7, 0x3b, 0x56, 0xe0,
        0xa3, 0x87, 0xbd, 0x64, 0x22, 0x2e, 0x83, 0x1f, 0xd6, 0x10, 0x27, 0x0c, 0xd7, 0xea, 0x25,
        0x05, 0x54,
    ];

    #[test]
    fn hmac_is_that_of_the_rfc_and_cut() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = rustcrypto::hmac_32(&key, b"what do ya want for nothing?").unwrap();
        assert_eq!(mac, RFC_4231_2);
    }

    #[test]
    fn too_much_key_material_is_refused() {
        let prk = rustcrypto::Prk::new(&[1; 32]).unwrap();
        let mut okm = [0; 64 * 255 + 1];
        prk.expand(&[b"info"], &mut okm[1..]).unwrap();
        assert!(okm[1..].iter().any(|byte| *byte != 0));
        let error = prk.expand(&[b"info"], &mut okm).unwrap_err();
        assert_eq!(error.code(), crate::ErrorCode::InvalidArgument);
    }

    #[cfg(feature = "aws-lc")]
    mod both {
        use super::super::{aws_lc, rustcrypto};
        use proptest::collection::vec;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn expand(
                key: [u8; 32],
                info in vec(vec(any::<u8>(), 0..300), 0..6),
                len in 1_usize..400,
            ) {
                let parts: Vec<&[u8]> = info.iter().map(Vec::as_slice).collect();
                let (mut ours, mut theirs) = (vec![0; len], vec![0; len]);
                rustcrypto::Prk::new(&key).unwrap().expand(&parts, &mut ours).unwrap();
                aws_lc::Prk::new(&key).unwrap().expand(&parts, &mut theirs).unwrap();
                prop_assert_eq!(ours, theirs);
            }

            #[test]
            fn mac_and_digest(key: [u8; 32], message in vec(any::<u8>(), 0..1_000), at in 0_usize..1_000) {
                let ours = rustcrypto::hmac_32(&key, &message).unwrap();
                prop_assert_eq!(ours, aws_lc::hmac_32(&key, &message).unwrap());
                let (head, tail) = message.split_at(at.min(message.len()));
                let ours = rustcrypto::sha512(&[head, tail]);
                prop_assert_eq!(ours, aws_lc::sha512(&[head, tail]));
                prop_assert_eq!(ours, aws_lc::sha512(&[&message]));
            }
        }
    }
}
