//! The bytes of FORMAT.md: header, encryption context, chunked body, text form, limits.

pub(crate) mod body_keys;
pub mod chunked;
pub(crate) mod codec;
pub(crate) mod context;
pub mod header;
pub mod limits;
pub(crate) mod progress;
#[cfg(feature = "alloc")]
pub(crate) mod text;
