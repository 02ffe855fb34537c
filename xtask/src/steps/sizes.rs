//! How long files and functions are, in every crate and language, measured by lizard.

use super::step::{Run, Step};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use xshell::cmd;

/// Every file is shorter.
const FILE: usize = 400;
/// Limits for the functions of shipped code: the median, and the 90th percentile.
const MEDIAN: usize = 7;
const NINE_OF_TEN: usize = 17;

/// The languages, by the endings of their files.
const LANGUAGES: [(&str, &[&str]); 6] = [
    ("Rust", &["rs"]),
    ("C", &["c", "h"]),
    ("C++", &["cpp", "hpp"]),
    ("Python", &["py", "pyi"]),
    ("TypeScript", &["ts"]),
    ("JavaScript", &["mjs", "js"]),
];
/// cbindgen writes it.
const GENERATED: &str = "bindings-c/include/sealwax.h";
/// Folders of a package with code that is not shipped; only the limit of files applies there.
const NOT_SHIPPED: [&str; 8] =
    ["tests", "examples", "bench", "benches", "fuzz", "reference", "demo", "docs"];

/// One step.
pub const STEPS: &[Step] =
    &[Step::new("sizes", "files and functions are short, in every crate and language", sizes)];

/// A crate or package, a language, and whether it is shipped.
type Group = (String, &'static str, bool);

/// The lines of each file and of each function.
#[derive(Default)]
struct Lengths {
    files: Vec<(usize, String)>,
    functions: Vec<usize>,
}

fn sizes(run: &Run) -> Result<String> {
    let sh = &run.sh;
    let files = run.exec(cmd!(sh, "git ls-files --cached --others --exclude-standard"))?;
    let files: Vec<&str> = files
        .lines()
        .filter(|file| *file != GENERATED && group(file).is_some() && sh.path_exists(file))
        .collect();
    let mut groups = BTreeMap::<Group, Lengths>::new();
    for file in &files {
        let lines = fs::read_to_string(run.env.root.join(file))?.lines().count();
        let group = groups.entry(group(file).context("a file of no group")?).or_default();
        group.files.push((lines, (*file).to_owned()));
    }
    let list = run.env.target.join("tools/sizes.txt");
    fs::write(&list, files.join("\n"))?;
    let lizard = run.env.checker("lizard")?;
    for line in run.exec(cmd!(sh, "{lizard} --csv --input_file {list}"))?.lines() {
        let (lines, file) = function(line).with_context(|| format!("lizard says {line}"))?;
        let group = groups.get_mut(&group(file).context("a file of no group")?);
        group.context("a file that was not asked for")?.functions.push(lines);
    }
    verdict(groups)
}

/// The group of a source file; `None` for other files.
fn group(file: &str) -> Option<Group> {
    let (folder, _) = file.split_once('/')?;
    let ending = file.rsplit_once('.')?.1;
    let (language, _) = LANGUAGES.iter().find(|(_, endings)| endings.contains(&ending))?;
    let is_shipped = !file.split('/').take(2).any(|folder| NOT_SHIPPED.contains(&folder));
    Some((folder.to_owned(), language, is_shipped))
}

/// The lines of a function without blank ones and comments, and its file, from a row such as
/// `6,3,78,2,6,"name@45-50@path","path",…`.
fn function(row: &str) -> Option<(usize, &str)> {
    let lines = row.split(',').next()?.parse().ok()?;
    Some((lines, row.split("\",\"").nth(1)?))
}

/// A line for each group; what is too long is the error.
fn verdict(groups: BTreeMap<Group, Lengths>) -> Result<String> {
    let (mut table, mut findings) = (String::new(), Vec::new());
    for ((folder, language, is_shipped), mut lengths) in groups {
        lengths.functions.sort_unstable();
        let at = |tenths: usize| {
            let index = lengths.functions.len().saturating_sub(1) * tenths / 10;
            lengths.functions.get(index).copied().unwrap_or_default()
        };
        let (median, nine) = (at(5), at(9));
        let what = if is_shipped { "" } else { ", beside it" };
        let longest = lengths.files.iter().map(|(lines, _)| *lines).max().unwrap_or_default();
        let name = format!("{folder}, {language}{what}");
        table += &format!(
            "\n         {name:<38} files <= {longest:>3}, functions {median:>2} {nine:>2}"
        );
        let long = lengths.files.iter().filter(|(lines, _)| *lines >= FILE);
        findings.extend(long.map(|(lines, file)| format!("{file} has {lines} lines")));
        if is_shipped && (median > MEDIAN || nine > NINE_OF_TEN) {
            findings
                .push(format!("{name}: functions have a median of {median}, nine of ten {nine}"));
        }
    }
    if !findings.is_empty() {
        bail!(
            "{}\nlongest files, and lines of functions, median and nine of ten:{table}",
            findings.join("\n")
        );
    }
    Ok(format!("functions: median, nine of ten{table}"))
}

#[cfg(test)]
mod tests {
    use super::{function, group};

    #[test]
    fn files_belong_to_groups() {
        assert_eq!(group("core/src/lib.rs"), Some(("core".into(), "Rust", true)));
        assert_eq!(group("core/tests/a/b.rs"), Some(("core".into(), "Rust", false)));
        assert_eq!(group("README.md"), None);
        assert_eq!(group("bindings-c/README.md"), None);
    }

    #[test]
    fn rows_of_lizard_are_read() {
        let row =
            "6,3,78,2,6,\"new@45-50@core/src/a.rs\",\"core/src/a.rs\",\"new\",\"new a, b\",45,50";
        assert_eq!(function(row), Some((6, "core/src/a.rs")));
    }
}
