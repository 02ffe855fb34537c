//! Shared code of the test binaries.
#![allow(dead_code)] // every test binary compiles all of it and uses a part

pub mod audit;
pub mod drive;
pub mod envelope;
pub mod oracle;
pub mod providers;
pub mod raw;
pub mod raw_hpke;
pub mod schema;
pub mod seed;
