//! `cargo xtask build-wasm`: the package for browsers and Node, from the core to `dist/`.

use crate::env::Env;
use crate::process;
use crate::setup;
use crate::toolchain::{self, Choice, ROUTE_VARIABLE};
use crate::ui::{Mark, Task};
use anyhow::Result;
use clap::Args;
use std::process::{Command, ExitCode};

const PACKAGE: &str = "bindings-wasm";
/// SHA-512 hashes little here: its unrolled form is 8 kB of the module. Nobody sees where a panic was
/// nor how a value looks in one (`xtask/bindgen` makes them traps), and the paths of the machine that
/// built the module are nobody's business: 5 kB. Both of the last options are unstable, and only save.
const RUSTFLAGS: &str =
    "--cfg sha2_backend_soft=\"compact\" -Zlocation-detail=none -Zfmt-debug=none";

/// How the package is built.
#[derive(Args)]
pub struct Options {
    /// How the compiler for WebAssembly is to be had.
    #[arg(long, value_enum, env = ROUTE_VARIABLE, default_value = "auto")]
    pub wasm_route: Choice,
}

/// Sets up what is missing and builds the package.
pub fn run(env: &Env, choice: Choice) -> Result<ExitCode> {
    setup::ensure(env, choice)?;
    let task = Task::start("build-wasm: the package for browsers and Node".to_owned());
    let built = build(env, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    built.map(|()| ExitCode::SUCCESS)
}

/// Both modules with their glue, the same optimised, the bundle.
pub fn build(env: &Env, task: &Task) -> Result<()> {
    module(env, task, "sealwax-wasm", "build")?;
    module(env, task, "sealwax-aes", "build/aes")?;
    for script in ["module", "build"] {
        process::run(npm(env).args(["run", script]), task)?;
    }
    Ok(())
}

/// A crate as a module with its glue, in a folder of the package.
pub fn module(env: &Env, task: &Task, name: &str, folder: &str) -> Result<()> {
    let toolchain = toolchain::wasm(env)?;
    let mut cargo = toolchain.cargo(env, "build");
    cargo.args(["--package", name, "--profile", "wasm"]).env("RUSTFLAGS", RUSTFLAGS);
    cargo.env("RUSTC_BOOTSTRAP", "1"); // a release's compiler takes them then, too
    process::run(&mut cargo, task)?;
    let file = format!("wasm/{}.wasm", name.replace('-', "_"));

    let mut bindgen = env.cargo("run");
    bindgen.args(["--quiet", "--manifest-path", "xtask/bindgen/Cargo.toml", "--target-dir"]);
    bindgen.arg(env.target.join("tools/bindgen")).arg("--");
    bindgen.arg(toolchain.output_folder(env).join(file)).arg(env.root.join(PACKAGE).join(folder));
    process::run(&mut bindgen, task)?;
    Ok(())
}

/// A command of npm in the package's folder.
pub fn npm(env: &Env) -> Command {
    let mut npm = env.program("npm");
    npm.current_dir(env.root.join(PACKAGE));
    npm
}
