//! The rules about what may use what, as far as no tool knows them: the layers and circles of Rust's
//! modules, and words that a place must not have.

mod graph;
pub mod layers;
pub mod rust;
mod rust_source;
pub mod words;

pub use graph::Graph;
