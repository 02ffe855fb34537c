//! What Python files import of each other.
//!
//! An import within a function counts: it only hides a circle.

use crate::layering::graph::Graph;
use crate::layering::source;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// The imports among the files of a folder.
pub fn graph(folder: &Path) -> Result<Graph> {
    let mut graph = Graph::default();
    for file in source::files(folder, &["py"])? {
        for import in imports(&source::read(&file)?) {
            import.files(&file, folder).iter().for_each(|used| graph.add(&file, used));
        }
    }
    Ok(graph)
}

/// One `import` or `from .. import`.
#[derive(Debug, PartialEq)]
struct Import {
    /// How many dots stand in front; 0 for a path from the top.
    dots: usize,
    module: Vec<String>,
    /// What is imported of the module; none for the module itself.
    names: Vec<String>,
}

fn imports(text: &str) -> Vec<Import> {
    statements(text).iter().flat_map(|statement| read(statement)).collect()
}

/// The import statements, each in one line, without what stands in strings of several lines.
fn statements(text: &str) -> Vec<String> {
    let code: String = text.split("\"\"\"").step_by(2).collect::<Vec<_>>().join(" ");
    let mut statements: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in code.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let (true, Some(open)) = (is_open, statements.last_mut()) {
            open.push_str(line);
        } else if line.starts_with("import ") || line.starts_with("from ") {
            statements.push(line.to_owned());
        } else {
            continue;
        }
        is_open = statements.last().is_some_and(|open| open.contains('(') && !open.contains(')'));
    }
    statements
}

fn read(statement: &str) -> Vec<Import> {
    if let Some(modules) = statement.strip_prefix("import ") {
        return names(modules)
            .map(|name| Import { dots: 0, module: parts(name), names: Vec::new() })
            .collect();
    }
    let from = statement.strip_prefix("from ").and_then(|rest| rest.split_once(" import "));
    let Some((module, imported)) = from else { return Vec::new() };
    let path = module.trim_start_matches('.');
    let imported = names(imported.trim_matches(['(', ')', ' '])).map(str::to_owned).collect();
    vec![Import { dots: module.len() - path.len(), module: parts(path), names: imported }]
}

/// The names of a list, without what they are called here.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter_map(|item| item.split_whitespace().next())
}

fn parts(path: &str) -> Vec<String> {
    path.trim().split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Import {
    /// The files that it leads to, within `top`.
    fn files(&self, importing: &Path, top: &Path) -> Vec<PathBuf> {
        let Some(base) = self.base(importing, top) else { return Vec::new() };
        let module = self.module.iter().fold(base, |path, part| path.join(part));
        if self.names.is_empty() {
            return file_of(&module).into_iter().collect();
        }
        let of_name =
            |name: &String| file_of(&module.join(name)).or_else(|| exported(&module, name));
        self.names.iter().filter_map(of_name).collect()
    }

    /// The folder that the module's path begins in.
    fn base(&self, importing: &Path, top: &Path) -> Option<PathBuf> {
        if self.dots > 0 {
            return importing.ancestors().nth(self.dots).map(Path::to_owned);
        }
        let first = self.module.first()?;
        let within = importing.ancestors().skip(1).take_while(|folder| folder.starts_with(top));
        within.map(Path::to_owned).find(|folder| file_of(&folder.join(first)).is_some())
    }
}

/// The file of a module or of a package; of a compiled module, its stub.
fn file_of(module: &Path) -> Option<PathBuf> {
    let of_module = ["py", "pyi"].map(|extension| module.with_extension(extension));
    let mut candidates = of_module.into_iter().chain([module.join("__init__.py")]);
    candidates.find(|path| path.is_file())
}

/// The file that has a name which a module gives out: a package mostly has it from one of its own.
fn exported(module: &Path, name: &str) -> Option<PathBuf> {
    let file = file_of(module)?;
    if !file.ends_with("__init__.py") {
        return Some(file);
    }
    let text = source::read(&file).ok()?;
    let from = imports(&text)
        .into_iter()
        .find(|import| import.dots == 1 && import.names.iter().any(|n| n == name));
    let within = from.and_then(|import| {
        file_of(&import.module.iter().fold(module.to_owned(), |path, part| path.join(part)))
    });
    within.or(Some(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(dots: usize, module: &[&str], names: &[&str]) -> Import {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Import { dots, module: owned(module), names: owned(names) }
    }

    #[test]
    fn every_kind_of_import_is_seen_and_examples_are_not() {
        let text = "\"\"\"An example:\n\n    import sealwax\n\"\"\"\nimport os, a.b as c\nfrom . import d\nfrom ..e.f import (\n    \
                    g as h,  # why\n    i,\n)\ndef j():\n    from .k import l\n";
        let expected = [
            import(0, &["os"], &[]),
            import(0, &["a", "b"], &[]),
            import(1, &[], &["d"]),
            import(2, &["e", "f"], &["g", "i"]),
            import(1, &["k"], &["l"]),
        ];
        assert_eq!(imports(text), expected);
    }

    #[test]
    fn what_a_package_gives_out_belongs_to_the_file_that_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join("pack").join(name);
        std::fs::create_dir(folder.path().join("pack")).unwrap();
        let files = [
            ("__init__.py", "from .a import A\nB = 1\n"),
            ("a.py", "from . import c\n"),
            ("c.py", "from pack import A\n"),
            ("d.py", "from . import B\n"),
            ("compiled.pyi", ""),
            ("e.py", "from . import compiled\n"),
        ];
        for (name, text) in files {
            std::fs::write(path(name), text).unwrap();
        }
        let graph = graph(folder.path()).unwrap();
        assert_eq!(graph.circles(), [vec![path("a.py"), path("c.py")]]);
        assert!(graph.edges().any(|edge| edge == (&path("d.py"), &path("__init__.py"))));
        assert!(graph.edges().any(|edge| edge == (&path("e.py"), &path("compiled.pyi"))));
    }
}
