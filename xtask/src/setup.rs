//! `cargo xtask setup`: checks what the tests need, installs what is missing, says what it does.
//!
//! If everything is present, the check is fast. Missing Debian packages are installed
//! together; then the parts are made in parallel.

pub mod apt;
mod parts;

use crate::env::Env;
use crate::ui::{Task, seconds};
use anyhow::{Result, bail};
use clap::Args;
use parts::Part;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

/// How many parts are made in parallel; some use the network, others the processor.
const WORKERS: usize = 3;

/// What to set up.
#[derive(Args)]
pub struct Options {
    /// Set up only these parts, by name, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// List the parts and exit.
    #[arg(long)]
    list: bool,
}

/// Sets up the chosen parts; a second run finds everything present.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    if options.list {
        parts::all()?.iter().for_each(|part| println!("{:<12} {}", part.name, part.why));
    } else if options.only.is_empty() {
        ensure(env)?;
    } else {
        ensure_only(env, &options.only.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sets up every part that a step of the tests needs.
pub fn ensure(env: &Env) -> Result<()> {
    install_missing(env, &parts::all()?, |part| !part.optional)
}

/// Sets up these parts, for a task that needs no others.
pub fn ensure_only(env: &Env, names: &[&str]) -> Result<()> {
    let parts = parts::all()?;
    if let Some(name) = names.iter().find(|name| parts.iter().all(|part| part.name != **name)) {
        bail!("there is no part {name}: see `cargo xtask setup --list`");
    }
    install_missing(env, &parts, |part| names.contains(&part.name.as_str()))
}

fn install_missing(env: &Env, parts: &[Part], is_wanted: impl Fn(&Part) -> bool) -> Result<()> {
    let start = Instant::now();
    let (mut missing, mut packages) = (Vec::new(), Vec::new());
    for part in parts.iter().filter(|part| is_wanted(part)) {
        let of_part = part.missing_packages(env)?;
        if of_part.is_empty() && part.is_made(env)? {
            println!("{:>7}  {}", "ready", part.name);
        } else {
            println!("{:>7}  {}: {} (about {})", "missing", part.name, part.why, part.takes);
            packages.extend(of_part);
            missing.push(part);
        }
    }
    apt::install(env, packages)?;
    make(env, &missing)?;
    let took = seconds(start.elapsed());
    println!("everything is ready ({took}, {} installed)", missing.len());
    Ok(())
}

/// Makes the parts in parallel; after all have ended, it fails if one did.
fn make(env: &Env, parts: &[&Part]) -> Result<()> {
    let queue = Mutex::new(parts.iter());
    let failed = Mutex::new(Vec::new());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work = || {
        while let Some(part) = next() {
            let task = Task::start(&part.name, &part.why);
            let made = part.make(env, &task);
            let failure = made.as_ref().err().map(|failure| format!("{failure:#}"));
            task.end(made.is_ok(), &failure.unwrap_or_default());
            if let (Err(_), Ok(mut failed)) = (made, failed.lock()) {
                failed.push(part.name.as_str());
            }
        }
    };
    std::thread::scope(|scope| (0..WORKERS).for_each(|_| drop(scope.spawn(work))));
    match failed.into_inner() {
        Ok(failed) if failed.is_empty() => Ok(()),
        Ok(failed) => bail!("cannot set up {}", failed.join(", ")),
        Err(_) => bail!("a thread of the set-up panicked"),
    }
}
