//! Compilers for targets that the native toolchain may lack: WebAssembly and bare metal.
//!
//! Two routes lead there. With rustup a target is one download. Where there are only Debian's
//! packages, Debian's own compiler and its sources build the standard library once, into the
//! user's cache. [`wasm`] and [`bare_metal`] give whichever of the two is ready.

mod debian;
mod recipe;
mod rustup;

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::Command;

/// The variable that forces a route.
pub const ROUTE_VARIABLE: &str = "SEALWAX_TOOLCHAIN";

/// Debian's packages for [`Route::Debian`].
pub const DEBIAN_PACKAGES: [&str; 4] = debian::PACKAGES;

/// Which route may be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Choice {
    /// What is ready; else rustup; else Debian's packages.
    Auto,
    /// Only a target of the native toolchain.
    Rustup,
    /// Only Debian's packages.
    Debian,
}

impl Choice {
    /// What [`ROUTE_VARIABLE`] asks for; `Auto` when it is unset.
    pub fn from_environment() -> Result<Self> {
        match std::env::var(ROUTE_VARIABLE) {
            Ok(text) if !text.is_empty() => Self::from_str(&text, true).map_err(|_| {
                anyhow::anyhow!("{ROUTE_VARIABLE}={text}: it must be auto, rustup or debian")
            }),
            _ => Ok(Self::Auto),
        }
    }
}

/// The route that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// The native toolchain has the target.
    Rustup,
    /// Debian's compiler with a standard library built from Debian's sources.
    Debian,
}

impl Route {
    /// The name that the switches use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        }
    }
}

/// A target beyond the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// WebAssembly as browsers run it.
    Wasm,
    /// A microcontroller without an operating system: the proof that the core needs none.
    BareMetal,
}

impl Target {
    /// The name that rustc knows.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Wasm => "wasm32-unknown-unknown",
            Self::BareMetal => "thumbv7em-none-eabi",
        }
    }

    /// The crates of the standard library that exist there; `test` is what test harnesses need.
    fn library(self) -> &'static str {
        match self {
            Self::Wasm => "std,panic_abort,test",
            Self::BareMetal => "core,alloc",
        }
    }
}

/// A compiler that is ready for one target.
#[derive(Debug)]
pub struct Toolchain {
    /// How it came about.
    pub route: Route,
    target: Target,
    /// The sysroot of [`Route::Debian`]; its `bin` holds `cargo`, `rustc` and `rustdoc`.
    sysroot: Option<PathBuf>,
}

impl Toolchain {
    /// `cargo <subcommand> --target <triple>` with everything set: program, search path,
    /// compiler, and a target directory of its own, as the compilers' versions differ.
    pub fn cargo(&self, env: &Env, subcommand: &str) -> Command {
        let mut command = self.program(env, subcommand);
        command.args(["--target", self.target.triple()]);
        command
    }

    /// Where [`Toolchain::cargo`] puts what it builds for the target: append the profile's folder.
    pub fn output_folder(&self, env: &Env) -> PathBuf {
        self.target_folder(env).join(self.target.triple())
    }

    fn program(&self, env: &Env, subcommand: &str) -> Command {
        match &self.sysroot {
            None => env.cargo(subcommand),
            Some(sysroot) => debian::cargo(env, sysroot, &self.target_folder(env), subcommand),
        }
    }

    fn target_folder(&self, env: &Env) -> PathBuf {
        match self.route {
            Route::Rustup => env.target.clone(),
            Route::Debian => env.target.join("debian"),
        }
    }
}

/// The compiler for WebAssembly that `cargo xtask setup` made ready.
///
/// # Errors
/// When there is none.
pub fn wasm(env: &Env) -> Result<Toolchain> {
    ready(env, Target::Wasm, "wasm")
}

/// The compiler for bare metal that `cargo xtask setup` made ready.
///
/// # Errors
/// When there is none.
pub fn bare_metal(env: &Env) -> Result<Toolchain> {
    ready(env, Target::BareMetal, "bare-metal")
}

fn ready(env: &Env, target: Target, part: &str) -> Result<Toolchain> {
    let found = find(env, target, Choice::from_environment()?)?;
    found.with_context(|| {
        format!(
            "no compiler for {} is ready: run `cargo xtask setup --only {part}`",
            target.triple()
        )
    })
}

/// A compiler for `target` that is ready now, by a route that `choice` allows.
pub fn find(env: &Env, target: Target, choice: Choice) -> Result<Option<Toolchain>> {
    if choice != Choice::Debian && rustup::has(env, target)? {
        return Ok(Some(Toolchain { route: Route::Rustup, target, sysroot: None }));
    }
    if choice == Choice::Rustup {
        return Ok(None);
    }
    let sysroot = debian::cached(env, target)?;
    Ok(sysroot.map(|sysroot| Toolchain { route: Route::Debian, target, sysroot: Some(sysroot) }))
}

/// Decides how a missing `target` is to be had, and takes rustup's route at once where it works.
///
/// # Errors
/// When rustup is asked for and cannot, or when neither route exists on this machine.
pub fn decide(env: &Env, target: Target, choice: Choice, task: &Task) -> Result<Route> {
    if choice == Choice::Debian {
        return Ok(Route::Debian);
    }
    let Err(error) = rustup::add(env, target, task) else {
        return Ok(Route::Rustup);
    };
    if choice == Choice::Rustup {
        return Err(error);
    }
    if !debian::is_possible() {
        bail!("{error:#}\nand this machine has no apt-get for the other route");
    }
    task.say(&format!("rustup cannot add {}: taking Debian's packages", target.triple()));
    Ok(Route::Debian)
}

/// Builds the sysroot of Debian's route, whose packages are installed by now.
pub fn build(env: &Env, target: Target, task: &Task) -> Result<Toolchain> {
    let sysroot = recipe::build(env, target, task)?;
    Ok(Toolchain { route: Route::Debian, target, sysroot: Some(sysroot) })
}

/// The version of the compiler in `toolchain`, for people.
pub fn version(env: &Env, toolchain: &Toolchain) -> Result<String> {
    let cargo = toolchain.program(env, "version");
    let mut plain = Command::new(cargo.get_program());
    let text = process::ask(plain.arg("--version"))?;
    Ok(format!("{}, route {}", text.split(" (").next().unwrap_or_default(), toolchain.route.name()))
}
