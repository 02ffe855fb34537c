//! The provider `hpke` under its rules, from outside: published vectors, strangers, mistakes.
#![cfg(all(feature = "hpke", feature = "std"))]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;
mod published;
mod refusals;
mod round_trips;
mod wycheproof;

use sealwax::{Error, HpkeIdentity, HpkeKem, Kek, SysRng};

/// A key of the test's own.
fn identity(kem: HpkeKem) -> HpkeIdentity {
    HpkeIdentity::generate(kem, &mut SysRng).unwrap()
}

fn fixed(kem: HpkeKem, byte: u8) -> HpkeIdentity {
    HpkeIdentity::new(kem, Kek::from_slice(&[byte; 32]).unwrap()).unwrap()
}

/// Code and whole text of the error.
#[track_caller]
fn assert_error<T>(outcome: Result<T, Error>, code: sealwax::ErrorCode, message: &str) {
    let Err(error) = outcome else { panic!("it passed") };
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
}
