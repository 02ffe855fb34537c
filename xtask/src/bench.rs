//! `cargo xtask bench`: the core against the limit of the hardware, in one table.

mod c;
mod kms;
mod python;
mod web;

use crate::env::Env;
use crate::process;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::process::{ExitCode, Stdio};

/// Where `--save` writes.
const RESULTS: &str = "core/benches/RESULTS.md";
const TITLE: &str = "# Speed, measured

`cargo xtask bench --save` writes this part; the notes below are written by hand. How a figure and
its limit are measured is told in [speed/main.rs](speed/main.rs).";
/// The line from which on `--save` leaves a file as it is.
const NOTES: &str = "## Notes";

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only these groups of rows of the core: memory, small, files, peak; or one of the others
    /// alone: `c`, `python`, `kms` (a loader of many objects under OpenBao), `web` (the upload
    /// page in Chromium).
    groups: Vec<String>,
    /// Tiny inputs, to see that it runs; the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Write the table, the date and the machine into the file of results.
    #[arg(long, conflicts_with = "quick")]
    save: bool,
    /// The parts one by one instead, by divan; the groups are its filter.
    #[arg(long, conflicts_with_all = ["quick", "save"])]
    parts: bool,
}

/// Builds and runs the benchmark, and prints or saves its table.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    if options.groups == ["c"] {
        return c::run(env, options);
    }
    if options.groups == ["python"] {
        return python::run(env, options.quick, options.save);
    }
    if options.groups == ["kms"] {
        return kms::run(env, options.quick, options.save);
    }
    if options.groups == ["web"] {
        return web::run(env, options.quick, options.save);
    }
    let name = if options.parts { "parts" } else { "speed" };
    let mut cargo = env.cargo("bench");
    cargo.args(["--package", "sealwax", "--bench", name, "--"]).args(&options.groups);
    if options.parts {
        let status = cargo.status()?;
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if options.quick {
        cargo.arg("--quick");
    }
    // Rows are also told as they are measured, on standard error.
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the benchmark failed: {}", output.status);
    }
    let table = String::from_utf8(output.stdout).context("the table is text")?;
    println!("\n{table}");
    if options.save {
        save(env, RESULTS, TITLE, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the first part of `file` anew: the title, the machine, the table.
fn save(env: &Env, file: &str, title: &str, table: &str) -> Result<()> {
    let path = env.root.join(file);
    let before = fs::read_to_string(&path).unwrap_or_default();
    let notes = before.find(NOTES).map_or(NOTES, |at| &before[at..]);
    fs::write(&path, format!("{title}\n\n{}\n{table}\n{notes}", machine(env)?))?;
    println!("written to {file}");
    Ok(())
}

/// Date, machine and compiler, as a list.
fn machine(env: &Env) -> Result<String> {
    let date = process::ask(env.program("date").args(["-u", "+%F"]))?;
    let rustc = process::ask(env.program("rustc").arg("--version"))?;
    let cores = std::thread::available_parallelism()?;
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.split('-').next().unwrap_or_default().trim().to_owned();
    Ok(format!(
        "- {date}\n- {cores} cores of a virtual machine, {cpu}, {memory}\n- Linux {kernel}, {rustc}\n"
    ))
}

/// The first value of `name` in a file of the form `name: value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
