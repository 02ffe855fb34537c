//! `unsafe` stands in one module, the one that makes slices of C's pointers.

use super::{source, words};
use anyhow::Result;
use std::path::Path;

/// The only module with unsafe blocks: its file, and the folder of its parts.
const ALLOWED: [&str; 2] = ["bindings-c/src/ffi.rs", "bindings-c/src/ffi"];
/// The folder whose functions C calls: their signatures and their symbols are unsafe by nature.
const C_FOLDER: &str = "bindings-c/src";

/// Every other `unsafe` in the workspace's Rust files.
pub fn findings(root: &Path, folders: &[std::path::PathBuf]) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in folders
        .iter()
        .map(|folder| source::files(folder, &["rs"]))
        .collect::<Result<Vec<_>>>()?
        .concat()
    {
        let inner = path.strip_prefix(root).unwrap_or(&path);
        if ALLOWED.iter().any(|module| inner.starts_with(module)) || inner.starts_with("xtask") {
            continue; // xtask forbids unsafe code by lint, and this file must name the word.
        }
        let text = source::read(&path)?;
        let lines = unsafe_lines(&text, inner.starts_with(C_FOLDER));
        findings.extend(
            lines.into_iter().map(|(number, line)| format!("{}:{number}: {line}", inner.display())),
        );
    }
    Ok(findings)
}

fn unsafe_lines(text: &str, is_c: bool) -> Vec<(usize, String)> {
    let is_bad = |line: &str| {
        words::positions(line, "unsafe")
            .any(|at| !(is_c && is_declaration(&line[at + "unsafe".len()..])))
    };
    source::code_lines(text)
        .filter(|(_, line)| is_bad(line))
        .map(|(number, line)| (number, line.to_owned()))
        .collect()
}

/// What may follow the word in a declaration that C sees.
fn is_declaration(rest: &str) -> bool {
    ["(no_mangle)", " extern \"C\" fn", " extern \"C-unwind\" fn"]
        .iter()
        .any(|text| rest.starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::unsafe_lines;

    #[test]
    fn blocks_are_found_and_lint_names_are_not() {
        assert_eq!(
            unsafe_lines("#![forbid(unsafe_code)]\n// unsafe\nlet x = unsafe { y };\n", false)
                .len(),
            1
        );
    }

    #[test]
    fn declarations_for_c_may_say_it() {
        let text =
            "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn f() {\n    unsafe { g() }\n}\n";
        assert_eq!(unsafe_lines(text, true), [(3, "unsafe { g() }".to_owned())]);
        assert_eq!(unsafe_lines(text, false).len(), 3);
    }
}
