//! Running other programs: output captured, shown only where it helps.

use crate::ui::Task;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Runs `command`, shows its newest line on `task`, and returns all that it wrote.
///
/// # Errors
/// When it cannot be started or does not exit with 0; the error then carries the whole output.
pub fn run(command: &mut Command, task: &Task) -> Result<String> {
    let shown = describe(command);
    let (mut child, reader) = spawn(command).with_context(|| format!("cannot start: {shown}"))?;
    let output = collect(reader, task)?;
    finish(&shown, child.wait()?, output)
}

/// As [`run`], but ends the program after `limit`: for calls that may hang without a network.
pub fn run_within(limit: Duration, command: &mut Command, task: &Task) -> Result<String> {
    let shown = describe(command);
    let (mut child, reader) = spawn(command).with_context(|| format!("cannot start: {shown}"))?;
    let (status, output) = std::thread::scope(|scope| {
        let output = scope.spawn(|| collect(reader, task));
        let status = wait_within(limit, &mut child);
        (status, output.join())
    });
    let output =
        output.map_err(|_| anyhow::anyhow!("reading the output of {shown} panicked"))??;
    finish(&shown, status?, output)
}

/// What a program says on its standard output alone, trimmed; for questions such as `--version`.
pub fn ask(command: &mut Command) -> Result<String> {
    let shown = describe(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start: {shown}"))?;
    if !output.status.success() {
        bail!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it.
pub fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Starts the program with both of its outputs in one pipe, so that their order is kept.
fn spawn(command: &mut Command) -> Result<(Child, PipeReader)> {
    let (reader, writer) = std::io::pipe()?;
    let child = command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn();
    // The command keeps its ends of the pipe: without this the reader would never see the end.
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

fn wait_within(limit: Duration, child: &mut Child) -> Result<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= end {
            child.kill()?;
            return Ok(child.wait()?);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn finish(shown: &str, status: ExitStatus, output: String) -> Result<String> {
    if !status.success() {
        bail!("{}\n$ {shown}\n{status}", output.trim_end());
    }
    Ok(output)
}
