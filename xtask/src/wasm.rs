//! `cargo xtask build-wasm`: the package for browsers and Node, from the core to `dist/`.

use crate::env::Env;
use crate::ui::{self, Task};
use crate::{process, setup, toolchain};
use anyhow::Result;
use std::process::ExitCode;
use xshell::{Cmd, Shell, cmd};

/// The package's folder.
pub const PACKAGE: &str = "bindings-wasm";
/// The folder of the upload page, which uses the package.
pub const DEMO: &str = "bindings-wasm/demo";
/// The compact SHA-512 saves 8 kB, and speed does not matter here. The other two options are unstable;
/// they omit locations and values from panics, which saves 5 kB. Nobody sees them, because
/// `xtask/bindgen` turns panics into traps.
const RUSTFLAGS: &str =
    "--cfg sha2_backend_soft=\"compact\" -Zlocation-detail=none -Zfmt-debug=none";

/// Sets up what is missing and builds the package.
pub fn run(env: &Env) -> Result<ExitCode> {
    setup::ensure_only(env, &["wasm", "npm"])?;
    ui::task("the package for browsers and Node", |task| build(env, task))?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the modules with their glue, optimises them, and bundles the scripts.
pub fn build(env: &Env, task: &Task) -> Result<()> {
    module(env, task, "sealwax-wasm", "build")?;
    module(env, task, "sealwax-aes", "build/aes")?;
    module(env, task, "sealwax-hpke", "build/hpke")?;
    let sh = env.shell_in(PACKAGE)?;
    process::run(cmd!(sh, "npm run module"), task)?;
    process::run(cmd!(sh, "npm run build"), task).map(drop)
}

/// Builds a crate as a module with its glue, into a folder of the package.
pub fn module(env: &Env, task: &Task, name: &str, folder: &str) -> Result<()> {
    let cross = toolchain::WASM.cargo(env)?;
    let mut cargo = cross.command(env, "build")?;
    cargo.args(["--package", name, "--profile", "wasm"]).env("RUSTFLAGS", RUSTFLAGS);
    cargo.env("RUSTC_BOOTSTRAP", "1"); // a release's compiler takes them then, too
    process::run(cargo, task)?;
    let module = cross.output_folder().join(format!("wasm/{}.wasm", name.replace('-', "_")));
    let (sh, folder) = (env.shell()?, env.root.join(PACKAGE).join(folder));
    let (manifest, target) = ("xtask/bindgen/Cargo.toml", env.tool("bindgen"));
    let run = ["run", "--quiet", "--manifest-path", manifest, "--target-dir"];
    process::run(cmd!(sh, "cargo {run...} {target} -- {module} {folder}"), task).map(drop)
}

/// Runs one test file of the upload page.
pub fn demo_tests<'a>(sh: &'a Shell, name: &str) -> Cmd<'a> {
    cmd!(sh, "node --test tests/{name}.mjs")
}
