//! The layers inside the core: a module uses its own layer and those below, never one above.
//!
//! DESIGN.md has the only table of layers, for people and for this check.

use super::graph::Graph;
use super::rust;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The document with the table, from the root.
pub const DESIGN: &str = "core/spec/DESIGN.md";

/// The layers from the top to the bottom, each with its modules as `folder/module`.
#[derive(Debug, PartialEq)]
struct Layers(Vec<BTreeSet<String>>);

/// Checks that no module uses one above it, and that the table has exactly the existing modules.
pub fn check(root: &Path) -> Result<()> {
    let document = fs::read_to_string(root.join(DESIGN)).context(DESIGN)?;
    let (layers, folder) = (Layers::of_document(&document)?, root.join("core/src"));
    let mut findings = layers.differences(&modules(&folder)?);
    findings.extend(layers.climbs(&rust::graph(&folder.join("lib.rs"))?, &folder));
    if findings.is_empty() {
        Ok(())
    } else {
        bail!("the core's layers:\n  {}", findings.join("\n  "))
    }
}

impl Layers {
    /// Reads the table: `| `folder` | `module` `module` | text |` for each layer.
    fn of_document(text: &str) -> Result<Self> {
        let section = text.split_once("\n## 4.").and_then(|(_, rest)| rest.split_once("\n## 5."));
        let (section, _) = section.with_context(|| format!("{DESIGN} has no section 4"))?;
        let rows = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').skip(1));
        let layers: Vec<_> = rows
            .filter_map(|mut cells| Some(layer(quoted(cells.next()?).next()?, cells.next()?)))
            .collect();
        if layers.is_empty() {
            bail!("{DESIGN} has no table of layers in section 4");
        }
        Ok(Layers(layers))
    }

    /// Height of a file's module above the bottom. A folder's own file counts as its highest module.
    fn height(&self, inner: &Path) -> Option<usize> {
        let module = module_of(inner);
        let folder = format!("{}/", inner.iter().next()?.to_string_lossy());
        let is_in = |layer: &BTreeSet<String>| match &module {
            Some(module) => layer.contains(module),
            None => layer.iter().any(|module| module.starts_with(&folder)),
        };
        let depth = self.0.iter().position(is_in)?;
        Some(self.0.len() - depth)
    }

    fn differences(&self, modules: &BTreeSet<String>) -> Vec<String> {
        let listed: BTreeSet<String> = self.0.iter().flatten().cloned().collect();
        let missing = modules
            .difference(&listed)
            .map(|module| format!("{module} is not in the table of {DESIGN}"));
        let gone = listed
            .difference(modules)
            .map(|module| format!("{module} of the table of {DESIGN} is gone"));
        missing.chain(gone).collect()
    }

    fn climbs(&self, graph: &Graph, folder: &Path) -> Vec<String> {
        let shown = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let is_climb = |(from, to): &(&Path, &Path)| {
            let height = |path: &Path| self.height(path.strip_prefix(folder).ok()?);
            matches!((height(from), height(to)), (Some(from), Some(to)) if to > from)
        };
        let climbs = graph.edges().filter(is_climb);
        climbs
            .map(|(from, to)| {
                format!("{} must not use {}, which is above it", shown(from), shown(to))
            })
            .collect()
    }
}

fn layer(folder: &str, modules: &str) -> BTreeSet<String> {
    quoted(modules).map(|module| format!("{folder}/{module}")).collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The modules of all folders.
fn modules(folder: &Path) -> Result<BTreeSet<String>> {
    let files = WalkDir::new(folder).into_iter().collect::<Result<Vec<_>, _>>()?;
    let files = files.iter().filter(|entry| entry.file_type().is_file());
    Ok(files.filter_map(|entry| module_of(entry.path().strip_prefix(folder).ok()?)).collect())
}

/// `folder/module` of a file; `None` for the root's file and for those of the folders.
fn module_of(inner: &Path) -> Option<String> {
    let mut parts = inner.iter().map(|part| part.to_string_lossy());
    let (folder, module) = (parts.next()?, parts.next()?);
    let module = module.trim_end_matches(".rs");
    (module != "mod").then(|| format!("{folder}/{module}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# D\n\n## 4. Layering\n\n| folder | modules | what |\n|---|---|---|\n\
                            | `os` | `file` `io` | files |\n| `keys` | `local` | keys |\n\n## 5. Why\n\n| `x` | `y` | z |\n";

    fn layers() -> Layers {
        Layers::of_document(DOCUMENT).unwrap()
    }

    #[test]
    fn the_table_of_the_section_is_read() {
        let height = |path: &str| layers().height(Path::new(path));
        assert_eq!(
            (height("keys/local/a.rs"), height("os/io.rs"), height("os/mod.rs")),
            (Some(1), Some(2), Some(2))
        );
        assert_eq!((height("x/y.rs"), height("lib.rs")), (None, None));
        assert!(Layers::of_document("## 4. A\n## 5. B\n").is_err());
    }

    #[test]
    fn a_use_of_a_higher_layer_is_told() {
        let mut graph = Graph::default();
        for (from, to) in [
            ("os/file/disk.rs", "keys/local.rs"),
            ("os/io.rs", "os/file.rs"),
            ("keys/local.rs", "os/io/held.rs"),
        ] {
            graph.add(&Path::new("src").join(from), &Path::new("src").join(to));
        }
        let found = layers().climbs(&graph, Path::new("src"));
        assert_eq!(found, ["keys/local.rs must not use os/io/held.rs, which is above it"]);
    }

    #[test]
    fn the_table_and_the_folders_are_the_same() {
        let modules = ["os/file", "os/io", "keys/other"].map(str::to_owned).into();
        let expected = [
            format!("keys/other is not in the table of {DESIGN}"),
            format!("keys/local of the table of {DESIGN} is gone"),
        ];
        assert_eq!(layers().differences(&modules), expected);
    }
}
