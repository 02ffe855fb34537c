//! `cargo xtask test`: sets up what is missing, then every check of the project, in order, with
//! times and a summary.

mod bench;
mod c;
mod core;
mod cross;
mod docs;
mod fuzz;
mod gate;
mod kms;
mod layers;
mod python;
mod rust;
mod step;
mod wasm;
mod web_demo;

use crate::env::Env;
use crate::setup;
use crate::toolchain::{Choice, ROUTE_VARIABLE};
use crate::ui::{Mark, Task, seconds};
use anyhow::{Result, bail};
use clap::Args;
use std::process::ExitCode;
use std::time::Duration;
pub use step::tests_passed;
use step::{Outcome, Run, Step};

/// The steps of every area, in order. A new area adds one file with a `steps` function, and one
/// line here.
fn all(env: &Env) -> Result<Vec<Step>> {
    Ok([
        rust::steps(),
        layers::steps(),
        core::steps(env)?,
        bench::steps(),
        gate::steps(),
        fuzz::steps(),
        python::steps(),
        kms::steps(),
        c::steps(),
        wasm::steps(),
        cross::steps(),
        web_demo::steps(),
        docs::steps(),
    ]
    .into_iter()
    .flatten()
    .collect())
}

/// Which steps to run, and how.
#[derive(Args)]
pub struct Options {
    /// Only these steps, by name or by the part of it before the colon, separated by commas;
    /// then nothing is installed.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Go on after a step that failed.
    #[arg(long)]
    keep_going: bool,
    /// List the steps and end.
    #[arg(long)]
    list: bool,
    /// Check and install nothing first.
    #[arg(long)]
    no_setup: bool,
    /// How compilers for WebAssembly and bare metal are to be had.
    #[arg(long, value_enum, env = ROUTE_VARIABLE, default_value = "auto")]
    wasm_route: Choice,
}

/// How one step ended.
struct Row {
    name: String,
    mark: Mark,
    took: Duration,
    note: String,
}

/// Runs the chosen steps; fails when one of them does.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let steps = chosen(all(env)?, &options.only)?;
    if options.list {
        steps.iter().for_each(|step| println!("{:<26} {}", step.name, step.what));
        return Ok(ExitCode::SUCCESS);
    }
    if options.only.is_empty() && !options.no_setup {
        setup::ensure(env, options.wasm_route)?;
    }
    let mut rows = Vec::new();
    for step in &steps {
        rows.push(run_step(env, step));
        let failed = rows.last().is_some_and(|row| row.mark == Mark::Failed);
        if failed && !options.keep_going {
            break;
        }
    }
    Ok(summary(&rows, steps.len()))
}

/// Runs the steps with these names for another task, which needs what they build.
pub fn run_named(env: &Env, names: &[&str]) -> Result<()> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for step in chosen(all(env)?, &names)? {
        let row = run_step(env, &step);
        if row.mark == Mark::Failed {
            bail!("{} failed", row.name);
        }
    }
    Ok(())
}

fn chosen(steps: Vec<Step>, only: &[String]) -> Result<Vec<Step>> {
    if let Some(name) = only.iter().find(|name| !steps.iter().any(|step| step.is_called(name))) {
        bail!("there is no step {name}: see `cargo xtask test --list`");
    }
    Ok(steps
        .into_iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| step.is_called(name)))
        .collect())
}

fn run_step(env: &Env, step: &Step) -> Row {
    let task = Task::start(format!("{}: {}", step.name, step.what));
    let result = (step.check)(&Run { env, task: &task });
    let (mark, note) = match &result {
        Ok(Outcome::Passed(note)) => (Mark::Ok, note.clone()),
        Ok(Outcome::Skipped(why)) => (Mark::Skipped, why.clone()),
        Err(_) => (Mark::Failed, String::new()),
    };
    let took = task.end(mark, &note);
    if let Err(error) = result {
        println!("{error:#}");
    }
    Row { name: step.name.clone(), mark, took, note }
}

/// Prints the table and, last, the line that counts.
fn summary(rows: &[Row], planned: usize) -> ExitCode {
    println!();
    for row in rows {
        println!(
            "{:>7}  {:<26} {:>12}  {}",
            row.mark.word(),
            row.name,
            seconds(row.took),
            row.note
        );
    }
    if rows.len() < planned {
        println!("{} later steps did not run", planned - rows.len());
    }
    let count = |mark| rows.iter().filter(|row| row.mark == mark).count();
    let (passed, failed, skipped) = (count(Mark::Ok), count(Mark::Failed), count(Mark::Skipped));
    println!("total {}\n", seconds(rows.iter().map(|row| row.took).sum()));
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    println!("{passed} passed, {failed} failed{skipped}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
