//! Exhaustive tampering: every bit, every length, every exchange of parts. Each gives the error
//! that FORMAT.md requires. No unauthenticated byte is released, the output of the failing call is
//! zeroed, and nothing panics ([B-09], [E-07], [E-08], [H-18]).
#![cfg(feature = "std")]
#![allow(unreachable_pub)] // a test binary exports nothing

#[path = "../common/mod.rs"]
mod common;

mod bits;
mod chunks;
mod lengths;
mod splices;
