//! `cargo xtask install-c`: installs the C library below a prefix: headers, libraries, pkg-config
//! and CMake files.

pub mod archive;
mod layout;
mod options;
pub mod paths;
pub mod platform;

use crate::env::Env;
use crate::process;
use crate::ui::{Task, task};
use anyhow::{Result, bail};
use std::path::{Component, Path};
use std::process::{Command, ExitCode};
use xshell::cmd;

pub use options::Options;
pub use platform::TARGETS;

use options::PACKAGE;
use platform::Platform;

/// Builds and installs, and says where.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let prefix = std::path::absolute(&options.prefix)?;
    let name = format!("installing {PACKAGE} into {}", prefix.display());
    task(&name, |task| install(env, &Options { prefix, ..options.clone() }, task))?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the library and installs it below the prefix, an absolute path.
pub fn install(env: &Env, options: &Options, task: &Task) -> Result<()> {
    let platform = Platform::of(env, options.target.as_deref())?;
    if !is_below(&options.libdir) {
        bail!("--libdir is a folder below the prefix: {}", options.libdir.display());
    }
    let profile = options.profile.as_str();
    let sh = env.shell()?;
    let mut cargo: Command = cmd!(sh, "cargo build --package {PACKAGE} --profile {profile}").into();
    let mut built = env.target.clone();
    if let Some(target) = &options.target {
        cargo.args(["--target", target]);
        platform.name_linker(target, &mut cargo);
        built.push(target);
    }
    if profile == "release" {
        paths::hide(env, &mut cargo)?;
    }
    process::run(cargo, task)?;
    built.push(if profile == "dev" { "debug" } else { profile });
    let layout = layout::Layout::new(env, options, &platform, built, task)?;
    layout.headers()?;
    layout.libraries()?;
    layout.metadata()
}

/// Whether it names a folder below another one.
fn is_below(folder: &Path) -> bool {
    folder.components().next().is_some()
        && folder.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::is_below;
    use std::path::Path;

    #[test]
    fn a_libdir_stays_below_the_prefix() {
        assert!(is_below(Path::new("lib")) && is_below(Path::new("lib/x86_64-linux-gnu")));
        for outside in ["", ".", "..", "/usr/lib", "lib/../.."] {
            assert!(!is_below(Path::new(outside)), "{outside}");
        }
    }
}
