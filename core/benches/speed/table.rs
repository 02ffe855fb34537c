//! The table: a figure, its limit in the same run, the ratio, the target.

use std::fmt;

use crate::sampler::Comparison;

/// What must hold of a row.
#[derive(Clone, Copy)]
pub enum Target {
    /// The ratio is at least this.
    AtLeast(f64),
    /// The ratio is at most this.
    AtMost(f64),
    /// In words, and whether it holds.
    Words(&'static str, bool),
    /// For orientation only.
    None,
}

struct Row {
    what: String,
    figure: String,
    limit: String,
    ratio: String,
    target: String,
    is_met: &'static str,
}

/// All rows, in the order in which they were measured.
pub struct Table(Vec<Row>);

impl Table {
    pub const fn new() -> Self {
        Table(Vec::new())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a row; it is shown on standard error at once.
    pub fn add(&mut self, what: &str, figure: String, limit: String, ratio: f64, target: Target) {
        let (target, is_met) = target.judge(ratio);
        let ratio = if ratio.is_nan() { String::new() } else { format!("{ratio:.2}") };
        eprintln!("{what}: {figure} | {limit} | {ratio} | {target} {is_met}");
        self.0.push(Row { what: what.to_owned(), figure, limit, ratio, target, is_met });
    }

    /// Adds a comparison of throughput; the ratio is speed to speed.
    pub fn add_speed(
        &mut self,
        what: &str,
        bytes: usize,
        limit: &str,
        found: Comparison,
        target: Target,
    ) {
        let speed = |seconds: f64| format!("{:.2} GB/s", bytes as f64 / seconds / 1e9);
        let limit = format!("{}, {limit}", speed(found.limit));
        self.add(what, speed(found.figure), limit, found.ratio, target);
    }

    /// Adds a comparison of calls; the ratio is speed to speed.
    pub fn add_rate(&mut self, what: &str, limit: &str, found: Comparison, target: Target) {
        let rate = |seconds: f64| format!("{} /s", thousands(1.0 / seconds));
        let limit = format!("{}, {limit}", rate(found.limit));
        self.add(what, rate(found.figure), limit, found.ratio, target);
    }
}

impl Target {
    fn judge(self, ratio: f64) -> (String, &'static str) {
        let word = |is_met| if is_met { "yes" } else { "no" };
        match self {
            Target::AtLeast(least) => (format!("≥ {least}"), word(ratio >= least)),
            Target::AtMost(most) => (format!("≤ {most}"), word(ratio <= most)),
            Target::Words(words, is_met) => (words.to_owned(), word(is_met)),
            Target::None => (String::new(), ""),
        }
    }
}

/// A whole number with separators.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { what, figure, limit, ratio, target, is_met } = self;
        writeln!(f, "{what}\t{figure}\t{limit}\t{ratio}\t{target}\t{is_met}")
    }
}

/// Cells between tabs: `cargo xtask bench` makes columns of them.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what\tSealwax\tlimit, same run\tratio\ttarget\tmet\n")?;
        self.0.iter().try_for_each(|row| row.fmt(f))
    }
}
