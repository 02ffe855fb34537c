//! `cargo xtask setup`: checks what the tests need, installs what is missing, says what it does.
//!
//! Every part has a check that is fast when all is present. The Debian packages of all missing
//! parts are installed in one go.

pub mod apt;
mod part;
mod parts;

use crate::env::Env;
use crate::toolchain::{Choice, ROUTE_VARIABLE};
use crate::ui::{Mark, Task, seconds};
use anyhow::{Context, Result, bail};
use clap::Args;
use part::{Part, Setup};
use std::process::ExitCode;
use std::time::Instant;

/// What to set up, and how.
#[derive(Args)]
pub struct Options {
    /// How compilers for WebAssembly and bare metal are to be had.
    #[arg(long, value_enum, env = ROUTE_VARIABLE, default_value = "auto")]
    wasm_route: Choice,
    /// Only these parts, by name, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// List the parts and end.
    #[arg(long)]
    list: bool,
}

/// Sets up the chosen parts; a second run finds everything present.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let parts = chosen(parts::all(), &options.only)?;
    if options.list {
        parts.iter().for_each(|part| println!("{:<12} {}", part.name(), part.why()));
        return Ok(ExitCode::SUCCESS);
    }
    install_missing(env, options.wasm_route, parts)?;
    Ok(ExitCode::SUCCESS)
}

/// Installs Debian packages that one task alone needs.
pub fn packages(env: &Env, packages: &[&str]) -> Result<()> {
    apt::install(env, packages)
}

/// Sets up every part, for a task that needs them.
pub fn ensure(env: &Env, choice: Choice) -> Result<()> {
    install_missing(env, choice, parts::all())
}

/// Sets up these parts, which are in the list or beyond it: what a single task needs.
pub fn ensure_only(env: &Env, choice: Choice, names: &[&str]) -> Result<()> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let all = parts::all().into_iter().chain(parts::optional()).collect();
    install_missing(env, choice, chosen(all, &names)?)
}

fn install_missing(env: &Env, choice: Choice, parts: Vec<Box<dyn Part>>) -> Result<()> {
    let start = Instant::now();
    let setup = Setup { env, choice };
    let missing = check(&setup, parts)?;
    let count = missing.len();
    install_packages(&setup, &missing)?;
    for part in missing {
        install(&setup, part.as_ref())?;
    }
    println!("everything is ready ({}, {count} installed)", seconds(start.elapsed()));
    Ok(())
}

fn chosen(parts: Vec<Box<dyn Part>>, only: &[String]) -> Result<Vec<Box<dyn Part>>> {
    if let Some(name) =
        only.iter().find(|name| parts.iter().all(|part| part.name() != name.as_str()))
    {
        bail!("there is no part {name}: see `cargo xtask setup --list`");
    }
    Ok(parts
        .into_iter()
        .filter(|part| only.is_empty() || only.iter().any(|name| name == part.name()))
        .collect())
}

/// Says of each part whether it is there, and returns those that are not.
fn check(setup: &Setup, parts: Vec<Box<dyn Part>>) -> Result<Vec<Box<dyn Part>>> {
    let mut missing = Vec::new();
    for part in parts {
        match part.found(setup).with_context(|| format!("checking {}", part.name()))? {
            Some(detail) => println!("{:>7}  {}: {detail}", "ready", part.name()),
            None => {
                println!("{:>7}  {}: {} ({})", "missing", part.name(), part.why(), part.how_long());
                missing.push(part);
            }
        }
    }
    Ok(missing)
}

fn install_packages(setup: &Setup, missing: &[Box<dyn Part>]) -> Result<()> {
    let mut wanted = Vec::new();
    for part in missing {
        let task = Task::start(format!("{}: finding a way", part.name()));
        match part.packages(setup, &task) {
            Ok(packages) => {
                task.end(
                    Mark::Ok,
                    &if packages.is_empty() {
                        "no packages needed".into()
                    } else {
                        packages.join(" ")
                    },
                );
                wanted.extend(packages);
            }
            Err(error) => {
                task.end(Mark::Failed, "");
                return Err(error);
            }
        }
    }
    apt::install(setup.env, &wanted)
}

fn install(setup: &Setup, part: &dyn Part) -> Result<()> {
    let task = Task::start(format!("{}: {}", part.name(), part.what()));
    match part.install(setup, &task) {
        Ok(detail) => {
            task.end(Mark::Ok, &detail);
            Ok(())
        }
        Err(error) => {
            task.end(Mark::Failed, "");
            Err(error.context(format!("cannot set up {}", part.name())))
        }
    }
}
