//! Which files use each other, in each language.

pub mod python;
pub mod rust;
mod rust_tokens;
pub mod typescript;
