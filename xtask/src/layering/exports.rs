//! What `lib.rs` re-exports: a name of the crate's root stands for the module that has it.

use super::source;
use std::collections::BTreeMap;

/// From each name that the root re-exports to its module.
#[derive(Default)]
pub struct Exports(BTreeMap<String, String>);

impl Exports {
    /// Reads the `pub use module::name;` and `pub use module::{names};` of a root file.
    pub fn of_root(text: &str) -> Self {
        let lines: Vec<&str> = source::code_lines(text).map(|(_, line)| line).collect();
        let code = lines.join(" ");
        let uses =
            code.split(';').filter_map(|item| item.split_once("pub use ")).map(|(_, path)| path);
        Self(uses.filter_map(|path| path.trim().split_once("::")).flat_map(pairs).collect())
    }

    /// The module behind `name`; `name` itself when the root does not re-export it.
    pub fn module<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }
}

/// Of `module::path::name` and `module::{a, b as c}` each last word, which is the name outside.
fn pairs((module, rest): (&str, &str)) -> Vec<(String, String)> {
    let names = rest.trim_matches(['{', '}', ' ']).split(',').map(str::trim);
    let outside =
        names.filter_map(|name| name.rsplit([' ', ':']).next()).filter(|name| !name.is_empty());
    outside.map(|name| (name.to_owned(), module.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::Exports;

    #[test]
    fn names_lead_to_their_modules() {
        let text = "mod key;\n#[cfg(a)]\npub use key::{\n    Dek,\n    Kek as Master,\n};\npub use std::file::Reader;\n";
        let exports = Exports::of_root(text);
        assert_eq!(exports.module("Dek"), "key");
        assert_eq!(exports.module("Master"), "key");
        assert_eq!(exports.module("Reader"), "std");
        assert_eq!(exports.module("codec"), "codec");
    }
}
