//! Progress: moving lines on a terminal, plain lines elsewhere.

use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Keeps the lines of parallel tasks apart.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// The word for a result.
pub fn mark(is_ok: bool) -> &'static str {
    if is_ok { "ok" } else { "FAILED" }
}

/// One running task: a spinner with its newest line of output, or two plain lines.
pub struct Task {
    name: String,
    start: Instant,
    bar: Option<ProgressBar>,
}

impl Task {
    /// Shows that the task `name` starts, and what it does.
    pub fn start(name: &str, what: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| spinner(name));
        if bar.is_none() {
            println!("==> {name}: {what}");
        }
        Self { name: name.to_owned(), start: Instant::now(), bar }
    }

    /// Shows the current activity, on terminals only.
    pub fn detail(&self, text: &str) {
        if let (Some(bar), false) = (&self.bar, text.is_empty()) {
            bar.set_message(text.to_owned());
        }
    }

    /// Ends the task with a note or the reason of a failure; returns its duration.
    pub fn end(self, is_ok: bool, note: &str) -> Duration {
        let took = self.start.elapsed();
        let separator = match note {
            "" => "",
            _ if is_ok => ": ",
            _ => "\n",
        };
        let text =
            format!("{:>7}  {} ({}){separator}{note}", mark(is_ok), self.name, seconds(took));
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        BARS.suspend(|| println!("{text}"));
        took
    }
}

/// Runs a task and shows its end; an error is returned, not shown.
pub fn task<T>(name: &str, work: impl FnOnce(&Task) -> Result<T>) -> Result<T> {
    let task = Task::start(name, "");
    let result = work(&task);
    task.end(result.is_ok(), "");
    result
}

fn spinner(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}");
    let bar = BARS.add(ProgressBar::new_spinner().with_prefix(name.to_owned()));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A duration for people.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}
