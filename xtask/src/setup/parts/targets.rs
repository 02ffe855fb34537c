//! Compilers for WebAssembly and for bare metal.

use crate::setup::part::{Part, Setup};
use crate::toolchain::{self, DEBIAN_PACKAGES, Route, Target};
use crate::ui::Task;
use anyhow::Result;

/// A compiler for one target beyond the host.
pub struct Compiler(pub Target);

impl Part for Compiler {
    fn name(&self) -> &'static str {
        match self.0 {
            Target::BareMetal => "bare-metal",
            Target::Wasm => "wasm",
        }
    }
    fn why(&self) -> &'static str {
        match self.0 {
            Target::BareMetal => "the core must build where there is no operating system",
            Target::Wasm => "bindings-wasm is built for wasm32-unknown-unknown",
        }
    }
    fn what(&self) -> &'static str {
        match self.0 {
            Target::BareMetal => "core and alloc for thumbv7em-none-eabi",
            Target::Wasm => "std for wasm32-unknown-unknown",
        }
    }
    fn how_long(&self) -> &'static str {
        match self.0 {
            Target::BareMetal => "10 s with rustup, else about 30 s",
            Target::Wasm => "10 s with rustup, else about 90 s",
        }
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let found = toolchain::find(setup.env, self.0, setup.choice)?;
        found.map(|found| toolchain::version(setup.env, &found)).transpose()
    }

    fn packages(&self, setup: &Setup, task: &Task) -> Result<Vec<&'static str>> {
        Ok(match toolchain::decide(setup.env, self.0, setup.choice, task)? {
            Route::Rustup => Vec::new(),
            Route::Debian => DEBIAN_PACKAGES.to_vec(),
        })
    }

    fn install(&self, setup: &Setup, task: &Task) -> Result<String> {
        // rustup has installed by now, and other machines' caches may hold what the packages name.
        let ready = match toolchain::find(setup.env, self.0, setup.choice)? {
            Some(ready) => ready,
            None => toolchain::build(setup.env, self.0, task)?,
        };
        toolchain::version(setup.env, &ready)
    }
}
