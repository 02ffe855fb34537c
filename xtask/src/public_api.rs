//! `cargo xtask public-api`: the public API of the core as text, saved and compared.
//!
//! A review sees a change of the API as a change of the saved file. `xtask/public-api` makes the text
//! from rustdoc's JSON; it knows one version of that unstable format.

use crate::env::Env;
use crate::steps::Run;
use crate::ui::{self, Task};
use crate::{metadata, process};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::process::ExitCode;
use xshell::cmd;

/// The saved text.
const SAVED: &str = "core/public-api.txt";
const PACKAGE: &str = "sealwax";

/// What to do with it.
#[derive(Args)]
pub struct Options {
    /// Save the current API instead of comparing it.
    #[arg(long)]
    write: bool,
}

/// Compares or saves.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let now = ui::task("the public API", |task| list(env, task))?;
    if options.write {
        fs::write(env.root.join(SAVED), now).context(SAVED)?;
    } else {
        compare(env, &now)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The step of the gate.
pub fn check(run: &Run) -> Result<String> {
    let now = list(run.env, run.task)?;
    compare(run.env, &now)?;
    Ok(format!("{} items", now.lines().count()))
}

fn compare(env: &Env, now: &str) -> Result<()> {
    let saved = fs::read_to_string(env.root.join(SAVED)).context(SAVED)?;
    let only_in = |one: &str, other: &str, sign: char| -> Vec<String> {
        let lines = one.lines().filter(|line| !other.lines().any(|it| it == *line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let mut changes = only_in(&saved, now, '-');
    changes.extend(only_in(now, &saved, '+'));
    if changes.is_empty() && saved == now {
        return Ok(());
    }
    bail!(
        "the public API is not that of {SAVED}; when it is meant to change, save it with\n  \
         cargo xtask public-api --write\n{}",
        changes.join("\n")
    )
}

/// The API with all features but `fips`, which needs Go and CMake and adds nothing.
fn list(env: &Env, task: &Task) -> Result<String> {
    let mut features = metadata::package_named(env, PACKAGE)?.features;
    features.retain(|name| name != "fips");
    let (sh, features) = (env.shell()?, features.join(","));
    let format = ["-Zunstable-options", "--output-format", "json"];
    let rustdoc = cmd!(
        sh,
        "cargo rustdoc --profile checked --package {PACKAGE} --lib --features {features} -- {format...}"
    );
    process::run(rustdoc.env("RUSTC_BOOTSTRAP", "1"), task)?;
    let (manifest, target) = ("xtask/public-api/Cargo.toml", env.tool("public-api"));
    let (json, run) =
        (env.target.join("doc/sealwax.json"), ["run", "--quiet", "--manifest-path", manifest]);
    process::ask(cmd!(sh, "cargo {run...} --target-dir {target} -- {json}")).map(|text| text + "\n")
}
