//! Sealwax against the limit of the hardware, each pair measured in one run: `cargo xtask bench`.
//!
//! Criterion and divan measure one function after the other. On a shared machine the speed drifts
//! between the two by more than the difference to be shown. This benchmark therefore alternates a
//! function and its limit in short rounds. `parts` (divan) measures the parts alone.
#![allow(unreachable_pub)]
// a benchmark exports nothing
// Lengths and times become figures for people: nothing here needs 64 bits.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod files;
mod limit;
mod memory;
mod peak;
mod sampler;
mod scale;
mod small;
mod table;

use scale::{FULL, QUICK, Scale};
use table::Table;

type Group = fn(&Scale, &mut Table) -> Result<(), Box<dyn std::error::Error>>;

const GROUPS: [(&str, Group); 4] = [
    ("memory", memory::rows),
    ("small", small::rows),
    ("files", files::rows),
    ("peak", peak::rows),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, rest @ ..] = arguments.as_slice()
        && flag == peak::FLAG
    {
        return peak::child(rest);
    }
    // `cargo bench` adds --bench, `cargo test` adds nothing.
    let chosen: Vec<&String> = arguments.iter().filter(|word| !word.starts_with("--")).collect();
    let is_quick = arguments.iter().any(|word| word == "--quick");
    let mut table = Table::new();
    for (name, rows) in GROUPS {
        if chosen.is_empty() || chosen.iter().any(|word| *word == name) {
            rows(if is_quick { &QUICK } else { &FULL }, &mut table)?;
        }
    }
    if table.is_empty() {
        return Err("there is no such group: memory, small, files, peak".into());
    }
    print!("{table}");
    Ok(())
}
