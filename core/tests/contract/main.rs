//! The contract of the API for all failures in memory: each bad input has its own clear error,
//! providers are called only when FORMAT.md allows it, and misuse is rejected.
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;

mod audit;
mod bad_input;
mod errors;
mod keks;
mod machines;
mod providers;
mod rewraps;
mod wraps;
mod writers;

use sealwax::{Error, ErrorCode};

/// Code and message are what they must be.
#[track_caller]
fn assert_error<T>(result: Result<T, Error>, code: ErrorCode, message: &str) {
    let Err(error) = result else { panic!("it succeeded") };
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
}
