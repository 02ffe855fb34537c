//! Cargo for targets that the native toolchain may lack: WebAssembly and bare metal.
//!
//! rustup downloads a target. With `SEALWAX_TOOLCHAIN=debian` the target is built from Debian's
//! packages instead, for CI machines without rustup.

use crate::env::Env;
use crate::ui::Task;
use crate::{metadata, process};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use xshell::cmd;

/// WebAssembly as browsers run it.
pub const WASM: Target = Target { triple: "wasm32-unknown-unknown", part: "wasm" };
/// A microcontroller without an operating system: the proof that the core needs none.
pub const BARE_METAL: Target = Target { triple: "thumbv7em-none-eabi", part: "bare-metal" };

/// Builds a target from Debian's packages; the script explains it.
const DEBIAN: &str = ".ci/debian-rust/cargo-for";

/// A target beyond the host.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name that rustc knows.
    pub triple: &'static str,
    /// The part of `cargo xtask setup` that makes it ready.
    part: &'static str,
}

/// Cargo that can build for a target.
pub struct Cross {
    target: Target,
    program: PathBuf,
    /// Its target directory; a separate one for a compiler of another version.
    folder: PathBuf,
}

impl Target {
    /// The target that a part of the set-up makes ready.
    pub fn of_part(name: &str) -> Option<Self> {
        [WASM, BARE_METAL].into_iter().find(|target| target.part == name)
    }

    /// The cargo that is ready for the target, if there is one.
    pub fn find(self, env: &Env) -> Result<Option<Cross>> {
        let (sh, triple) = (env.shell()?, self.triple);
        if is_debian()? {
            let program = process::ask(cmd!(sh, "{DEBIAN} {triple}")).ok().map(PathBuf::from);
            let folder = env.target.join("debian");
            return Ok(program.map(|program| Cross { target: self, program, folder }));
        }
        let folder = process::ask(cmd!(sh, "rustc --print=target-libdir --target {triple}"))?;
        let cross = Cross { target: self, program: "cargo".into(), folder: env.target.clone() };
        Ok(PathBuf::from(folder).is_dir().then_some(cross))
    }

    /// The cargo that `cargo xtask setup` made ready.
    pub fn cargo(self, env: &Env) -> Result<Cross> {
        let Self { triple, part } = self;
        self.find(env)?.with_context(|| {
            format!("no compiler for {triple} is ready: run `cargo xtask setup --only {part}`")
        })
    }

    /// Makes the target ready.
    pub fn install(self, env: &Env, task: &Task) -> Result<()> {
        let (sh, triple) = (env.shell()?, self.triple);
        if is_debian()? {
            return process::run(cmd!(sh, "{DEBIAN} {triple} --install"), task).map(drop);
        }
        if which::which("rustup").is_err() {
            bail!("install Rust's library for {triple} as you installed Rust: there is no rustup");
        }
        rustup(env, &["target", "add", triple], task)
    }
}

impl Cross {
    /// `cargo <subcommand> --target <triple>`.
    pub fn command(&self, env: &Env, subcommand: &str) -> Result<Command> {
        let (sh, program, triple) = (env.shell()?, &self.program, self.target.triple);
        let command = cmd!(sh, "{program} {subcommand} --target {triple}");
        Ok(command.env("CARGO_TARGET_DIR", &self.folder).into())
    }

    /// Where [`Cross::command`] puts what it builds: append the profile's folder.
    pub fn output_folder(&self) -> PathBuf {
        self.folder.join(self.target.triple)
    }
}

/// The oldest Rust that compiles the core, by the name that rustup has for it.
pub fn oldest(env: &Env) -> Result<String> {
    Ok(format!("{}.0", metadata::package_named(env, "sealwax")?.rust_version))
}

/// Whether `RUSTUP_TOOLCHAIN` can select this version here.
pub fn has(env: &Env, version: &str) -> Result<bool> {
    let sh = env.shell()?;
    let told = process::ask(cmd!(sh, "rustc --version").env("RUSTUP_TOOLCHAIN", version));
    Ok(told.is_ok_and(|told| told.starts_with(&format!("rustc {version} "))))
}

/// Runs rustup. Parts are made in parallel, but rustup must not run twice at a time.
pub fn rustup(env: &Env, arguments: &[&str], task: &Task) -> Result<()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sh = env.shell()?;
    process::run(cmd!(sh, "rustup {arguments...}"), task).map(drop)
}

fn is_debian() -> Result<bool> {
    match std::env::var("SEALWAX_TOOLCHAIN").as_deref() {
        Ok("debian") => Ok(true),
        Ok("rustup" | "") | Err(std::env::VarError::NotPresent) => Ok(false),
        other => bail!("SEALWAX_TOOLCHAIN must be rustup or debian, not {other:?}"),
    }
}
