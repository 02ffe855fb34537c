//! The layers inside the core: a module uses its own layer and those below, never one above.

use super::exports::Exports;
use super::{source, words};
use anyhow::{Context, Result};
use std::path::Path;

/// The core's folders from the bottom to the top. `lib.rs` puts them together and is no layer.
const LAYERS: [&[&str]; 6] =
    [&["error"], &["crypto"], &["format"], &["keys"], &["engine"], &["os"]];

/// Every use of a module above, and every module that the table does not know.
pub fn findings(source_folder: &Path) -> Result<Vec<String>> {
    let exports = Exports::of_root(&source::read(&source_folder.join("lib.rs"))?);
    let mut findings = Vec::new();
    for path in source::files(source_folder, &["rs"])? {
        let inner = path.strip_prefix(source_folder)?;
        let file = File { module: &top_module(inner)?, depth: depth(inner), exports: &exports };
        if file.module != "lib" {
            let of_file = file.check(&source::read(&path)?);
            findings.extend(of_file.iter().map(|finding| format!("{}{finding}", inner.display())));
        }
    }
    Ok(findings)
}

/// What the check of one file needs to know.
struct File<'a> {
    /// The module directly below the crate that the file belongs to.
    module: &'a str,
    /// How many `super::` lead from the file to the crate's root.
    depth: usize,
    exports: &'a Exports,
}

impl File<'_> {
    fn check(&self, text: &str) -> Vec<String> {
        let Some(own) = layer(self.module) else {
            return vec![format!(": the module {} is not in the table of layers", self.module)];
        };
        let lines: Vec<_> = source::code_lines(source::before_tests(text)).collect();
        let joined = join_uses(&lines);
        let findings = joined.iter().flat_map(|(number, line)| {
            self.check_line(own, line)
                .into_iter()
                .map(move |finding| format!(":{number}: {finding}"))
        });
        findings.collect()
    }

    fn check_line(&self, own: usize, line: &str) -> Vec<String> {
        let to_root = format!("{}::", vec!["super"; self.depth].join("::"));
        let names = ["crate::", &to_root].into_iter().flat_map(|root| names_behind(line, root));
        let finding = |name: &str| {
            // A module wins over a function of its name, such as `decrypt`.
            let used = layer(name).map_or_else(|| self.exports.module(name), |_| name);
            match layer(used) {
                None => Some(format!("{used} is in no layer of the table")),
                Some(other) if other > own => {
                    Some(format!("{} must not use {used}, which is above it", self.module))
                }
                Some(_) => None,
            }
        };
        names.filter_map(finding).collect()
    }
}

/// The module directly below the crate that a file belongs to.
fn top_module(inner: &Path) -> Result<String> {
    let first = inner.iter().next().context("a file without a name")?;
    Ok(first.to_string_lossy().trim_end_matches(".rs").to_owned())
}

/// How many `super::` lead from the file to the crate's root.
fn depth(inner: &Path) -> usize {
    inner.iter().count() - usize::from(inner.ends_with("mod.rs"))
}

/// Puts a `use` that spans several lines into one, so that groups can be read.
fn join_uses(lines: &[(usize, &str)]) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    for (number, line) in lines {
        match joined.last_mut() {
            Some((_, open)) if is_open_use(open) => open.push_str(line),
            _ => joined.push((*number, (*line).to_owned())),
        }
    }
    joined
}

fn is_open_use(line: &str) -> bool {
    let count = |brace| line.matches(brace).count();
    words::positions(line, "use").next().is_some() && count('{') > count('}')
}

/// The names that directly follow `root` in a line, those of a `{group}` included.
fn names_behind<'a>(line: &'a str, root: &str) -> Vec<&'a str> {
    let starts = line
        .match_indices(root)
        .filter(|(at, _)| !line[..*at].ends_with("::") && !line[..*at].ends_with('$'));
    starts.flat_map(|(at, _)| names_at(&line[at + root.len()..])).collect()
}

fn names_at(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        let name = words::leading_name(rest);
        return if name.is_empty() || name == "super" { Vec::new() } else { vec![name] };
    };
    let (mut depth, mut names, mut start) = (0_usize, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(words::leading_name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[cfg(test)]
mod tests {
    use super::{Exports, File};

    fn check(module: &str, depth: usize, text: &str) -> Vec<String> {
        let exports = Exports::of_root("pub use error::Error;\npub use os::Reader;\n");
        File { module, depth, exports: &exports }.check(text)
    }

    #[test]
    fn lower_and_equal_layers_may_be_used() {
        let text = "use crate::error::Error;\nuse crate::{crypto::Reader, format::{A, B}};\nuse super::format::C;\n";
        assert_eq!(check("format", 1, text), [""; 0]);
    }

    #[test]
    fn higher_layers_may_not() {
        let found = check("format", 2, "use crate::{\n  error::{A, B},\n  keys::H,\n};\n");
        assert_eq!(found, [":1: format must not use keys, which is above it"]);
        let found = check("error", 1, "fn f() { super::format::g() }\n");
        assert_eq!(found, [":1: error must not use format, which is above it"]);
        let found = check("engine", 1, "let a = 1;\nlet b = crate::os::File;\n");
        assert_eq!(found, [":2: engine must not use os, which is above it"]);
    }

    #[test]
    fn super_within_a_folder_is_the_module_itself() {
        assert_eq!(check("format", 2, "use super::layout;\n"), [""; 0]);
        assert_eq!(check("crypto", 2, "use super::super::keys::X;\n").len(), 1);
    }

    #[test]
    fn names_of_the_root_stand_for_their_modules() {
        assert_eq!(check("format", 1, "use crate::Error;\n"), [""; 0]);
        assert_eq!(check("format", 1, "use crate::Reader;\n").len(), 1);
    }

    #[test]
    fn what_the_table_does_not_know_is_told() {
        assert_eq!(check("format", 1, "use crate::elsewhere::X;\n").len(), 1);
        assert_eq!(check("newcomer", 1, "").len(), 1);
    }

    #[test]
    fn comments_and_unit_tests_do_not_count() {
        let text = "/// See [`crate::os::File`].\nfn f() {}\n#[cfg(test)]\nmod tests { use crate::os::X; }\n";
        assert_eq!(check("crypto", 1, text), [""; 0]);
    }
}
