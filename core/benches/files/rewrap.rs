//! A rewrap in place, which must not depend on the size of the file.

use std::path::Path;
use std::time::{Duration, Instant};

use sealwax::RewrapMode;
use sealwax::file::{RewrapFileOutcome, rewrap_file};

use super::kek;
use super::measure::{Row, median};

const ROUNDS: usize = 51;
const LIMIT: Duration = Duration::from_millis(2);

pub(crate) fn rows(sealed: &Path, print: impl Fn(&Row)) {
    let len = std::fs::metadata(sealed).unwrap().len();
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let outcome = rewrap_file(sealed, &[&kek()], &[&kek()], RewrapMode::Replace).unwrap();
        assert_eq!(outcome, RewrapFileOutcome::InPlace);
        start.elapsed()
    });
    let time = median(times.collect());
    print(&Row {
        name: format!("rewrap in place of {} MiB", len >> 20),
        figure: format!("{:.3} ms", time.as_secs_f64() * 1e3),
        limit: format!("{} ms", LIMIT.as_millis()),
        ratio: time.as_secs_f64() / LIMIT.as_secs_f64(),
    });
}
