//! Alternates two functions, so that both see the same state of the machine.

use std::time::{Duration, Instant};

/// How often two functions take turns, and for how long.
#[derive(Clone, Copy)]
pub struct Rounds {
    /// Number of rounds.
    pub count: usize,
    /// How long either function runs in one; at least one call.
    pub length: Duration,
}

/// What a comparison found, in seconds for one call.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// The figure, in its best round.
    pub figure: f64,
    /// The limit, in its best round.
    pub limit: f64,
    /// The limit's time for each second of the figure: of two that do as much, the share of the
    /// limit's speed.
    pub ratio: f64,
}

/// Measures `figure` and `limit` in turns.
pub fn compare(rounds: Rounds, mut figure: impl FnMut(), mut limit: impl FnMut()) -> Comparison {
    let calls_figure = calls_for(rounds.length, &mut figure);
    let calls_limit = calls_for(rounds.length, &mut limit);
    let mut times = Vec::with_capacity(rounds.count);
    for round in 0..rounds.count {
        // Whoever goes first in one round goes second in the next.
        let (a, b);
        if round % 2 == 0 {
            a = time(calls_figure, &mut figure);
            b = time(calls_limit, &mut limit);
        } else {
            b = time(calls_limit, &mut limit);
            a = time(calls_figure, &mut figure);
        }
        times.push((a, b));
    }
    summary(&times)
}

/// The best round of either. What else runs on a machine only ever costs time, so the best of many
/// rounds, taken in turns, is closest to what the code itself needs.
pub fn summary(rounds: &[(f64, f64)]) -> Comparison {
    let best = |times: &mut dyn Iterator<Item = f64>| times.fold(f64::INFINITY, f64::min);
    let figure = best(&mut rounds.iter().map(|round| round.0));
    let limit = best(&mut rounds.iter().map(|round| round.1));
    Comparison { figure, limit, ratio: limit / figure }
}

/// The median of at least one number.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    numbers[middle]
}

/// Seconds for one call, over `calls` of them.
fn time(calls: u32, work: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

/// How many calls fill a round, after some that warm up.
fn calls_for(round: Duration, work: &mut dyn FnMut()) -> u32 {
    let once = time(1, work);
    let warm = time(((round.as_secs_f64() / once) as u32).clamp(1, 1_000), work);
    ((round.as_secs_f64() / warm) as u32).max(1)
}
