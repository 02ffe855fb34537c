//! Runs other programs and captures their output, which is shown only if it helps.

use crate::ui::Task;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, ExitCode, Stdio};

/// Runs a command, shows its newest line on `task`, and returns all that it wrote.
///
/// # Errors
/// When it cannot be started or does not exit with 0; the error then carries the whole output.
pub fn run(command: impl Into<Command>, task: &Task) -> Result<String> {
    let mut command = prepared(command);
    let shown = describe(&command);
    let (mut child, reader) =
        spawn(&mut command).with_context(|| format!("cannot start: {shown}"))?;
    let output = collect(reader, task)?;
    let status = child.wait()?;
    if !status.success() {
        bail!("{}\n$ {shown}\n{status}", output.trim_end());
    }
    Ok(output)
}

/// Returns a program's standard output, trimmed; for questions such as `--version`.
pub fn ask(command: impl Into<Command>) -> Result<String> {
    let mut command = prepared(command);
    let output =
        command.output().with_context(|| format!("cannot start: {}", describe(&command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}\n{}", describe(&command), output.status, errors.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command whose output goes to the terminal; returns whether it succeeded.
pub fn show(command: impl Into<Command>) -> Result<ExitCode> {
    let mut command: Command = command.into();
    forget_cargo_run(&mut command);
    let status =
        command.status().with_context(|| format!("cannot start: {}", describe(&command)))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn prepared(command: impl Into<Command>) -> Command {
    let mut command = command.into();
    forget_cargo_run(&mut command);
    command.stdin(Stdio::null());
    command
}

/// Removes the variables that `cargo run` sets for xtask itself. Build scripts watch them, and would
/// run again whenever the tests are started in another way.
fn forget_cargo_run(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_cargo_run(name)) {
        command.env_remove(name);
    }
}

fn is_of_cargo_run(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// The command as a person would type it.
fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Starts the program with both of its outputs in one pipe, so that their order is kept.
fn spawn(command: &mut Command) -> Result<(Child, PipeReader)> {
    let (reader, writer) = std::io::pipe()?;
    let child = command.stdout(writer.try_clone()?).stderr(writer).spawn();
    // The command still holds its ends of the pipe; the reader would wait for them forever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((child?, reader))
}

fn collect(reader: PipeReader, task: &Task) -> Result<String> {
    let mut reader = BufReader::new(reader);
    let (mut output, mut line) = (String::new(), Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        task.detail(text.trim());
        output.push_str(&text);
        line.clear();
    }
    Ok(output)
}
