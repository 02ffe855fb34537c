//! `cargo xtask bench`: measures each speed, its limit and its peers in one run.

mod programs;
mod table;

use crate::env::Env;
use crate::{process, ui};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fs;
use std::process::{Command, ExitCode, Stdio};
use xshell::cmd;

/// A file of results has a title, this, the date, the machine, a table, and notes.
const MEASURED: &str = "\n- 20";
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
    /// For the core: only these groups of rows: memory, small, files, peak.
    groups: Vec<String>,
    /// Use tiny inputs, to see that it runs; the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Write the table, the date and the machine into the subject's file of results.
    #[arg(long, conflicts_with = "quick")]
    save: bool,
    /// For the core: measure the parts one by one with divan; the groups are its filter.
    #[arg(long, conflicts_with_all = ["quick", "save"])]
    parts: bool,
}

/// Builds and runs a benchmark, and prints or saves its table.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    if let (Subject::Core, true) = (options.subject, options.parts) {
        return process::show(programs::core(env, "parts", &options.groups)?);
    }
    let (file, program) = ui::task("building what is measured", |task| {
        Ok(match options.subject {
            Subject::Core => {
                ("core/benches/RESULTS.md", programs::core(env, "speed", &options.groups)?)
            }
            Subject::C => ("bindings-c/BENCH.md", programs::c(env, task)?),
            Subject::Python => ("bindings-python/BENCH.md", programs::python(env, task)?),
            Subject::Kms => ("bindings-python/bench/KMS.md", programs::kms(env, task)?),
            Subject::Wasm => ("bindings-wasm/BENCH.md", programs::wasm(env, task)?),
            Subject::Web => ("bindings-wasm/demo/BENCH.md", programs::web(env, task)?),
        })
    })?;
    let table = table::aligned(&measure(program, options.quick)?);
    println!("\n{table}");
    if options.save {
        save(env, file, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The program reports progress on standard error, and its table on standard output.
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

/// Replaces the text between the title and the notes.
fn save(env: &Env, file: &str, table: &str) -> Result<()> {
    let path = env.root.join(file);
    let before = fs::read_to_string(&path)?;
    let parts = before.find(MEASURED).zip(before.find(NOTES));
    let (measured, notes) = parts.with_context(|| format!("{file} has another form"))?;
    let (title, notes) = (&before[..=measured], &before[notes..]);
    fs::write(&path, format!("{title}{}\n{}\n\n{notes}", machine(env)?, table.trim_end()))?;
    println!("written to {file}");
    Ok(())
}

/// Date, machine and compiler, as a list.
fn machine(env: &Env) -> Result<String> {
    let sh = env.shell()?;
    let date = process::ask(cmd!(sh, "date -u +%F"))?;
    let rustc = process::ask(cmd!(sh, "rustc --version"))?;
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
