//! Rules that no other tool checks: the layers and circles of Rust modules, and words that are
//! forbidden in some places.

mod graph;
pub mod layers;
pub mod rust;
mod rust_source;
pub mod words;

pub use graph::Graph;
