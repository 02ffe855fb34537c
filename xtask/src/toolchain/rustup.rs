//! The short route: the native toolchain has the target, or rustup fetches it.

use super::Target;
use crate::env::{Env, which};
use crate::process;
use crate::ui::Task;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::time::Duration;

/// Enough for the download on a slow line, short enough to notice that there is no line.
const ADD_LIMIT: Duration = Duration::from_secs(120);

/// Whether the native compiler has a standard library for `target`.
pub fn has(env: &Env, target: Target) -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = env.program(rustc);
    let folder =
        process::ask(command.args(["--print=target-libdir", "--target", target.triple()]))?;
    Ok(holds_core(Path::new(&folder)))
}

/// Whether a folder of libraries has `core`, without which nothing compiles.
pub fn holds_core(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

/// Asks rustup for the target, once and not for long.
pub fn add(env: &Env, target: Target, task: &Task) -> Result<()> {
    let Some(rustup) = which("rustup") else { bail!("rustup is not installed") };
    let mut command = env.program(rustup);
    command.args(["target", "add", target.triple()]).env("RUSTUP_MAX_RETRIES", "0");
    process::run_within(ADD_LIMIT, &mut command, task)
        .with_context(|| format!("rustup cannot add {}", target.triple()))?;
    Ok(())
}
