//! The parts of the set-up, in order. A new area adds one file here and one line to [`all`].

mod c;
mod components;
mod python;
mod softhsm;
mod targets;
mod web_demo;

use super::part::Part;
use crate::toolchain::Target;

/// Every part.
pub fn all() -> Vec<Box<dyn Part>> {
    vec![
        Box::new(components::Components),
        Box::new(targets::Compiler(Target::BareMetal)),
        Box::new(targets::Compiler(Target::Wasm)),
        Box::new(python::Venv),
        Box::new(web_demo::WebDemo),
        Box::new(c::Tools),
        Box::new(softhsm::SoftHsm),
    ]
}
