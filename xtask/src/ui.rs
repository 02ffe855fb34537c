//! What is shown: a moving line on a terminal, plain lines everywhere else.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

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
    title: String,
    start: Instant,
    bar: Option<ProgressBar>,
}

impl Task {
    /// Shows that `title` starts.
    pub fn start(title: impl Into<String>) -> Self {
        let title = title.into();
        let bar = std::io::stderr().is_terminal().then(|| spinner(&title));
        if bar.is_none() {
            println!("==> {title}");
        }
        Self { title, start: Instant::now(), bar }
    }

    /// Shows what the task is doing just now; only terminals see it.
    pub fn detail(&self, text: &str) {
        if let (Some(bar), false) = (&self.bar, text.is_empty()) {
            bar.set_message(text.to_owned());
        }
    }

    /// Says something that stays on the screen.
    pub fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| println!("    {text}")),
            None => println!("    {text}"),
        }
    }

    /// Ends the task with its result and returns how long it took.
    pub fn end(self, mark: Mark, note: &str) -> Duration {
        let took = self.start.elapsed();
        let separator = if note.is_empty() { "" } else { ": " };
        match &self.bar {
            Some(bar) => {
                bar.finish_and_clear();
                println!("{:>7}  {} ({}){separator}{note}", mark.word(), self.title, seconds(took));
            }
            None => println!("    {} ({}){separator}{note}", mark.word(), seconds(took)),
        }
        took
    }
}

fn spinner(title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}");
    let bar = ProgressBar::new_spinner().with_prefix(title.to_owned());
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
