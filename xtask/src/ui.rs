//! What is shown: moving lines on a terminal, plain lines everywhere else.

use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Several tasks may run side by side: their lines must not overwrite each other.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// How one task came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It did what it should.
    Ok,
    /// It did not.
    Failed,
    /// There was nothing to do.
    Skipped,
}

impl Mark {
    /// The word that is printed for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
        }
    }
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

    /// Shows what the task is doing just now; only terminals see it.
    pub fn detail(&self, text: &str) {
        if let (Some(bar), false) = (&self.bar, text.is_empty()) {
            bar.set_message(text.to_owned());
        }
    }

    /// Ends the task with its result and, of a failure, the reason; returns how long it took.
    pub fn end(self, mark: Mark, note: &str, failure: Option<&anyhow::Error>) -> Duration {
        let took = self.start.elapsed();
        let separator = if note.is_empty() { "" } else { ": " };
        let mut text =
            format!("{:>7}  {} ({}){separator}{note}", mark.word(), self.name, seconds(took));
        if let Some(failure) = failure {
            text += &format!("\n{failure:#}");
        }
        match &self.bar {
            Some(bar) => {
                bar.finish_and_clear();
                BARS.suspend(|| println!("{text}"));
            }
            None => println!("{text}"),
        }
        took
    }
}

/// Runs a task and shows its end; an error is returned, not shown.
pub fn task<T>(name: &str, work: impl FnOnce(&Task) -> Result<T>) -> Result<T> {
    let task = Task::start(name, "");
    let result = work(&task);
    task.end(if result.is_ok() { Mark::Ok } else { Mark::Failed }, "", None);
    result
}

fn spinner(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}");
    let bar = BARS.add(ProgressBar::new_spinner().with_prefix(name.to_owned()));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar over `total` bytes, hidden where there is no terminal.
pub fn byte_bar(total: u64, title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:30}] {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}",
    );
    let bar = ProgressBar::new(total).with_prefix(title.to_owned());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
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
