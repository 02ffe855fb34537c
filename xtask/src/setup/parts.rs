//! The parts of the set-up, in order. A new area adds one file here and one line to [`all`].

mod c;
mod components;
mod firefox;
mod npm;
mod python;
mod softhsm;
mod targets;

use super::part::Part;
use crate::toolchain::Target;

/// Every part.
pub fn all() -> Vec<Box<dyn Part>> {
    vec![
        Box::new(components::Components),
        Box::new(targets::Compiler(Target::BareMetal)),
        Box::new(targets::Compiler(Target::Wasm)),
        Box::new(python::Venv),
        Box::new(npm::PACKAGE),
        Box::new(npm::CONSUME),
        Box::new(npm::WEB_DEMO),
        Box::new(c::Tools),
        Box::new(softhsm::SoftHsm),
    ]
}

/// What no step of the tests needs; the tasks that do install it.
pub fn optional() -> Vec<Box<dyn Part>> {
    vec![
        Box::new(npm::BENCH),
        Box::new(npm::BUNDLERS),
        Box::new(npm::DOCS),
        Box::new(firefox::Firefox),
    ]
}
