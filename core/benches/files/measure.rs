//! Rows, medians, and what a child process has cost.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One figure beside its limit.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) figure: String,
    pub(crate) limit: String,
    /// Figure through limit.
    pub(crate) ratio: f64,
}

impl Row {
    pub(crate) fn print(&self) {
        println!("{} | {} | {} | {:.2}", self.name, self.figure, self.limit, self.ratio);
    }
}

/// What a process took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

/// Clock ticks in a second, as every Linux has them.
const TICKS: u64 = 100;

/// Processor time of all children that have ended: fields 16 and 17 of `/proc/self/stat`.
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let behind_name = stat.rsplit_once(") ").unwrap().1;
    let ticks: u64 =
        behind_name.split(' ').skip(13).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// Runs a command without its target being there, and returns its cost and its output.
pub(crate) fn run(command: &mut Command, target: &Path) -> (Cost, String) {
    let _ = std::fs::remove_file(target);
    let (cpu, start) = (children_cpu(), Instant::now());
    let output = command.output().unwrap();
    let wall = start.elapsed();
    assert!(output.status.success(), "{output:?}");
    let cost = Cost { wall, cpu: children_cpu().saturating_sub(cpu) };
    (cost, String::from_utf8(output.stdout).unwrap())
}

pub(crate) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}
