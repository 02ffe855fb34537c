//! Source files, line by line, without comments and without their unit tests.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold no source of ours.
const FOREIGN_FOLDERS: [&str; 5] = ["target", "node_modules", "dist", "pkg", ".venv"];

/// Every file below `folder` with one of these endings, sorted; none when there is no folder.
pub fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        gather(folder, endings, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !FOREIGN_FOLDERS.contains(&name.as_ref()) {
                gather(&path, endings, found)?;
            }
        } else if path.extension().is_some_and(|ending| endings.iter().any(|each| ending == *each))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The file's text.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The lines that are code, numbered from 1.
pub fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, strip_comment(line)))
        .filter(|(_, line)| !line.is_empty())
}

/// The code in front of the unit tests, which stand last in a file and may use anything.
pub fn before_tests(text: &str) -> &str {
    let tests = text.match_indices("#[cfg(test)]").find(|(at, found)| {
        text[at + found.len()..]
            .trim_start()
            .trim_start_matches("pub(crate) ")
            .starts_with("mod tests")
    });
    tests.map_or(text, |(at, _)| &text[..at])
}

/// Removes whole-line comments of Rust, TypeScript, C and Python, and those behind Rust's code.
fn strip_comment(line: &str) -> &str {
    let line = line.trim();
    let is_comment = line.starts_with("//")
        || line.starts_with("/*")
        || line.starts_with("* ")
        || line.starts_with("# ");
    if is_comment { "" } else { line.split(" // ").next().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_code_and_numbers_stay() {
        let text = "//! doc\nlet a = 1; // why\n\n    /// more\n# py\n#[attribute]\n";
        let lines: Vec<_> = code_lines(text).collect();
        assert_eq!(lines, [(2, "let a = 1;"), (6, "#[attribute]")]);
    }

    #[test]
    fn only_the_test_module_is_cut_off() {
        let text = "#[cfg(test)]\nuse a::b;\nfn f() {}\n#[cfg(test)]\nmod tests {}\n";
        assert!(before_tests(text).ends_with("fn f() {}\n"));
    }
}
