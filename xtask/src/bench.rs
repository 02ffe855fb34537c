//! `cargo xtask bench`: every speed beside its limit and its peers, measured in the same run.

mod c;
mod core;
mod kms;
mod python;
mod wasm;
mod web;

use crate::env::Env;
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fs;
use std::process::{Command, ExitCode, Stdio};

/// The line from which on `--save` leaves a file of results as it is.
const NOTES: &str = "## Notes";

/// What is measured.
#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// The Rust core, against bare AES-256-GCM, memory and `cp`.
    Core,
    /// The C library, against the core, OpenSSL and libsodium.
    C,
    /// The Python package, against the core, the system and its peers.
    Python,
    /// A loader of many objects under OpenBao, with and without a cache.
    Kms,
    /// The JavaScript package in Chromium, against bare ciphers and its peers.
    Wasm,
    /// The upload page in Chromium, sealed against unsealed.
    Web,
}

/// What to measure, and how.
#[derive(Args)]
pub struct Options {
    /// What is measured.
    #[arg(value_enum, default_value = "core")]
    subject: Subject,
    /// Of the core: only these groups of rows, of memory, small, files, peak.
    groups: Vec<String>,
    /// Tiny inputs, to see that it runs; the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Write the table, the date and the machine into the subject's file of results.
    #[arg(long, conflicts_with = "quick")]
    save: bool,
    /// Of the core: the parts one by one instead, by divan; the groups are its filter.
    #[arg(long, conflicts_with_all = ["quick", "save"])]
    parts: bool,
}

/// A benchmark whose program tells what goes on on standard error, and its table in Markdown on
/// standard output.
struct Bench {
    /// Where `--save` writes.
    file: &'static str,
    /// The heading and the paragraph under it.
    title: &'static str,
    /// Builds what is measured, and returns the program; it knows `--quick`.
    program: fn(&Env, &Options, &Task) -> Result<Command>,
}

/// Builds and runs a benchmark, and prints or saves its table.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let bench = match options.subject {
        Subject::Core if options.parts => return core::parts(env, options),
        Subject::Core => core::BENCH,
        Subject::C => c::BENCH,
        Subject::Python => python::BENCH,
        Subject::Kms => kms::BENCH,
        Subject::Wasm => wasm::BENCH,
        Subject::Web => web::BENCH,
    };
    let task = Task::start("building what is measured");
    let program = (bench.program)(env, options, &task);
    task.end(if program.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let table = measure(program?, options.quick)?;
    println!("\n{table}");
    if options.save {
        save(env, &bench, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(mut program: Command, quick: bool) -> Result<String> {
    if quick {
        program.arg("--quick");
    }
    let output = program.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the measurement failed: {}", output.status);
    }
    String::from_utf8(output.stdout).context("the table is text")
}

/// Writes the first part of the file of results anew.
fn save(env: &Env, bench: &Bench, table: &str) -> Result<()> {
    let path = env.root.join(bench.file);
    let before = fs::read_to_string(&path).unwrap_or_default();
    let notes = before.find(NOTES).map_or(NOTES, |at| &before[at..]);
    let (title, machine) = (bench.title, machine(env)?);
    fs::write(&path, format!("{title}\n{machine}\n{}\n\n{notes}", table.trim_end()))?;
    println!("written to {}", bench.file);
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
