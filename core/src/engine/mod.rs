//! Encryption and decryption without I/O: state machines, handles, ranges, rewrapping.

pub(crate) mod decrypt;
pub(crate) mod encrypt;
pub(crate) mod oneshot;
pub mod range;
pub(crate) mod rewrap;
