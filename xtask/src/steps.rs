//! `cargo xtask test`: sets up what is missing, then every check of the project, with times and a
//! summary.

mod bench;
mod c;
mod cross;
mod docs;
mod javascript;
mod layers;
mod lint;
mod python;
mod rust;
mod schedule;
mod sizes;
mod step;

use crate::env::Env;
use crate::setup;
use crate::ui::{Task, mark, seconds};
use anyhow::{Result, bail};
use clap::Args;
use schedule::{SETUP, Schedule};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
pub use step::Run;
use step::Step;

/// The steps of every area. Those that others need come first, then the slow ones.
fn all() -> Vec<Step> {
    let areas = [
        python::STEPS,
        c::STEPS,
        javascript::STEPS,
        rust::STEPS,
        bench::STEPS,
        layers::STEPS,
        sizes::STEPS,
        cross::STEPS,
        docs::STEPS,
    ];
    areas.concat().into_iter().chain(lint::steps()).collect()
}

/// Which steps to run, and how.
#[derive(Args)]
pub struct Options {
    /// Run only these steps, by name or area (the part before the colon), separated by commas;
    /// nothing is installed then.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Continue after a failed step.
    #[arg(long)]
    keep_going: bool,
    /// List the steps and exit.
    #[arg(long)]
    list: bool,
    /// Skip the set-up.
    #[arg(long)]
    no_setup: bool,
    /// How many steps run in parallel.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// The result of a step: its note, unless it failed.
struct Row {
    name: &'static str,
    note: Option<String>,
    took: Duration,
}

/// Runs the chosen steps; fails when one of them does.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let mut steps = chosen(&options.only)?;
    if options.list {
        steps.iter().for_each(|step| println!("{:<26} {}", step.name, step.what));
        return Ok(ExitCode::SUCCESS);
    }
    if options.only.is_empty() && !options.no_setup {
        let install = |run: &Run| setup::ensure(run.env).map(|()| String::new());
        steps.insert(0, Step::new(SETUP, "what is missing is installed", install).early());
    }
    Ok(run_steps(env, &steps, options.jobs, options.keep_going))
}

/// Runs these steps for another task that needs their results.
pub fn run_named(env: &Env, names: &[&str]) -> Result<()> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    if run_steps(env, &chosen(&names)?, 1, false) == ExitCode::SUCCESS {
        return Ok(());
    }
    bail!("a step failed")
}

fn chosen(only: &[String]) -> Result<Vec<Step>> {
    let steps = all();
    if let Some(name) = only.iter().find(|name| !steps.iter().any(|step| step.is_called(name))) {
        bail!("there is no step {name}: see `cargo xtask test --list`");
    }
    let is_chosen = |step: &Step| only.is_empty() || only.iter().any(|name| step.is_called(name));
    Ok(steps.into_iter().filter(is_chosen).collect())
}

fn run_steps(env: &Env, steps: &[Step], jobs: usize, keep_going: bool) -> ExitCode {
    let (start, rows) = (Instant::now(), Mutex::new(Vec::new()));
    Schedule::new(steps, keep_going).run(jobs, |index| {
        let row = run_step(env, &steps[index]);
        let passed = row.note.is_some();
        rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        passed
    });
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary(&rows, steps.len(), start.elapsed())
}

fn run_step(env: &Env, step: &Step) -> Row {
    let task = Task::start(step.name, step.what);
    let result =
        env.shell().and_then(|sh| (step.check)(&Run { env, sh, task: &task, name: step.name }));
    let text = result.as_ref().map_or_else(|failure| format!("{failure:#}"), String::clone);
    let took = task.end(result.is_ok(), &text);
    Row { name: step.name, note: result.ok(), took }
}

/// Prints the table, then the totals.
fn summary(rows: &[Row], planned: usize, took: Duration) -> ExitCode {
    println!();
    for Row { name, note, took } in rows {
        let (mark, note) = (mark(note.is_some()), note.as_deref().unwrap_or_default());
        println!("{mark:>7}  {name:<26} {:>12}  {note}", seconds(*took));
    }
    if rows.len() < planned {
        println!("{} steps did not run, because others failed", planned - rows.len());
    }
    let failed = rows.iter().filter(|row| row.note.is_none()).count();
    let sum = seconds(rows.iter().map(|row| row.took).sum());
    println!("{} in all; {sum} one after the other\n", seconds(took));
    println!("{} passed, {failed} failed", rows.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::env::Env;
    use std::fs;

    /// The jobs of the workflow name every step or its area, and nothing else.
    #[test]
    fn the_workflow_runs_every_step() {
        let env = Env::find().unwrap();
        let text = fs::read_to_string(env.root.join(".github/workflows/ci.yml")).unwrap();
        let jobs = text.lines().filter_map(|line| line.trim().strip_prefix("steps: "));
        are_the_steps(&jobs.flat_map(|steps| steps.split(',')).collect::<Vec<_>>());
    }

    /// The table in CONTRIBUTING.md names every step or its area, and nothing else.
    #[test]
    fn the_checks_for_contributors_are_those_of_the_gate() {
        let env = Env::find().unwrap();
        let text = fs::read_to_string(env.root.join("CONTRIBUTING.md")).unwrap();
        let rows = text.lines().skip_while(|line| !line.starts_with("| steps |")).skip(2);
        let cells = rows.map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
        let named: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        are_the_steps(&named);
    }

    fn are_the_steps(named: &[&str]) {
        let steps = all();
        for step in &steps {
            assert!(named.iter().any(|name| step.is_called(name)), "{} is missing", step.name);
        }
        for name in named {
            assert!(steps.iter().any(|step| step.is_called(name)), "there is no step {name}");
        }
    }
}
