//! Which files of a Rust crate use each other: by `use`, by paths, and by macros.
//!
//! A re-export is not a use, because `pub use child::Name` only introduces a name; using that name in the
//! same file is one. Code for tests does not count.

use super::graph::Graph;
use super::rust_source::{self, Child, Module};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest chain of re-exports that is followed.
const MOST_HOPS: usize = 16;

/// The modules of a crate by their paths, and where each macro is defined.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<Vec<String>, (PathBuf, Module)>,
    macros: BTreeMap<String, PathBuf>,
}

/// The uses among the files of the crate with this root file.
pub fn graph(root: &Path) -> Result<Graph> {
    let mut whole = Crate::default();
    let folder = root.parent().context("a file without a folder")?;
    whole.load(root, folder, Vec::new())?;
    Ok(whole.graph())
}

impl Crate {
    /// Reads a file and the files of the modules that it declares, which lie in `folder`.
    fn load(&mut self, file: &Path, folder: &Path, path: Vec<String>) -> Result<()> {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let module = rust_source::parse(&text).with_context(|| format!("in {}", file.display()))?;
        self.insert(file, folder, path, module)
    }

    fn insert(
        &mut self,
        file: &Path,
        folder: &Path,
        path: Vec<String>,
        mut module: Module,
    ) -> Result<()> {
        for name in &module.macros {
            self.macros.insert(name.clone(), file.to_owned());
        }
        for (name, child) in std::mem::take(&mut module.children) {
            let path = [&path[..], std::slice::from_ref(&name)].concat();
            let folder_of_child = folder.join(&name);
            match child {
                Child::Inline(inner) => self.insert(file, &folder_of_child, path, inner)?,
                Child::File(None) => self.load(&file_of(folder, &name), &folder_of_child, path)?,
                // The modules of such a file lie beside it.
                Child::File(Some(other)) => {
                    let file = folder.join(other);
                    self.load(&file, file.parent().unwrap_or(folder), path)?;
                }
            }
        }
        self.modules.insert(path, (file.to_owned(), module));
        Ok(())
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        for (path, (file, module)) in &self.modules {
            let imports = module.imports.iter().filter(|import| !import.is_public);
            let imported = imports.filter_map(|import| self.owner_from(path, &import.path, 0));
            let mentions = module.mentions.iter();
            let mentioned = mentions.filter_map(|mention| self.mentioned(path, module, mention));
            imported.chain(mentioned).for_each(|used| graph.add(file, used));
        }
        graph
    }

    /// The file that a path in a module's code leads to, unless a private import has it.
    fn mentioned(
        &self,
        module_path: &[String],
        module: &Module,
        mention: &rust_source::Mention,
    ) -> Option<&Path> {
        let (first, last) = (mention.path.first()?, mention.path.last()?);
        if mention.is_macro && !module.macros.contains(last) {
            return self.macros.get(last).map(PathBuf::as_path);
        }
        let is_rooted = ["crate", "super", "self"].contains(&first.as_str());
        // A single name may be a variable.
        let is_child = mention.path.len() > 1
            && self.modules.contains_key(&[module_path, std::slice::from_ref(first)].concat());
        let is_renamed =
            || module.imports.iter().any(|import| import.is_public && import.name == *first);
        (is_rooted || is_child || is_renamed())
            .then(|| self.owner_from(module_path, &mention.path, 0))?
    }

    /// The file that a path in the module `from` leads to; `None` if it leads out of the crate.
    fn owner_from(&self, from: &[String], path: &[String], hops: usize) -> Option<&Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.owner(&[], rest, hops),
            "self" => self.owner(from, rest, hops),
            "super" => {
                let (_, parent) = from.split_last()?;
                if rest.first().is_some_and(|next| next == "super") {
                    return self.owner_from(parent, rest, hops);
                }
                self.owner(parent, rest, hops)
            }
            name => {
                let is_child =
                    self.modules.contains_key(&[from, std::slice::from_ref(first)].concat());
                let is_import =
                    self.modules.get(from)?.1.imports.iter().any(|import| import.name == name);
                (is_child || is_import).then(|| self.owner(from, path, hops))?
            }
        }
    }

    /// The file that has what `path` names, beginning at a module.
    fn owner(&self, module: &[String], path: &[String], hops: usize) -> Option<&Path> {
        let (file, found) = self.modules.get(module)?;
        let Some((name, rest)) = path.split_first() else { return Some(file) };
        let child = [module, std::slice::from_ref(name)].concat();
        if self.modules.contains_key(&child) {
            return self.owner(&child, rest, hops);
        }
        if hops == MOST_HOPS {
            return Some(file);
        }
        let named = found
            .imports
            .iter()
            .filter(|import| import.name == *name)
            .map(|import| [&import.path, rest].concat());
        let mut owners = named.map(|other| self.owner_from(module, &other, hops + 1));
        owners.next().flatten().or(Some(file))
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let beside = folder.join(format!("{name}.rs"));
    if beside.is_file() { beside } else { folder.join(name).join("mod.rs") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The uses in a crate of these files, as `from -> to`.
    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let name = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
        let graph = graph(&folder.path().join("lib.rs")).unwrap();
        graph.edges().map(|(from, to)| format!("{} -> {}", name(from), name(to))).collect()
    }

    #[test]
    fn imports_and_paths_lead_to_the_file_that_has_the_name() {
        let found = uses(&[
            ("lib.rs", "mod a;\nmod b;\npub use a::inner::Deep;\n"),
            ("a.rs", "pub mod inner;\npub use inner::{Deep, Other as Renamed};\n"),
            (
                "a/inner.rs",
                "pub struct Deep;\npub struct Other;\nfn f() { super::super::b::g() }\n",
            ),
            (
                "b.rs",
                "use crate::{Deep, a::Renamed};\nuse std::fmt;\nfn g() { let a = 1; a.inner }\n",
            ),
        ]);
        assert_eq!(found, ["a/inner.rs -> b.rs", "b.rs -> a/inner.rs"]);
    }

    #[test]
    fn a_re_export_counts_where_its_name_is_used() {
        let child = ("a/b.rs", "pub struct B;\n");
        let only_given =
            uses(&[("lib.rs", "mod a;\n"), ("a.rs", "mod b;\npub use b::B;\n"), child]);
        assert!(only_given.is_empty());
        let used =
            [("lib.rs", "mod a;\n"), ("a.rs", "mod b;\npub use b::B;\nfn f(_: B) {}\n"), child];
        assert_eq!(uses(&used), ["a.rs -> a/b.rs"]);
    }

    #[test]
    fn macros_lead_to_their_definitions_and_to_what_they_name() {
        let found = uses(&[
            ("lib.rs", "#[macro_use]\nmod m;\nmod a;\nmod b;\n"),
            ("m.rs", "macro_rules! call { ($x:expr) => { $crate::b::g($x) }; }\n"),
            ("a.rs", "fn f() { call!(1); println!(\"{}\", crate::b::h()) }\n"),
            ("b.rs", "pub fn g(_: u8) {}\npub fn h() -> u8 { 1 }\n"),
        ]);
        assert_eq!(found, ["a.rs -> b.rs", "a.rs -> m.rs", "m.rs -> b.rs"]);
    }

    #[test]
    fn what_is_for_tests_and_visibilities_do_not_count() {
        let found = uses(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            (
                "a.rs",
                "/// See [`crate::b`].\npub(super) fn f() {}\n#[cfg(test)]\nuse crate::b::g;\n\
                #[cfg(test)]\nmod tests { use crate::b::g; }\n",
            ),
            (
                "b.rs",
                "pub(in crate::b) fn g<'a>() -> impl Sized + use<'a> {}\nmod c { use super::g; }\n",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
